#!/usr/bin/env bash
# musl.sh - build CPython, with its TLS, and nginx against Debian's musl, from the sources of Debian: musl.sh WORK
#
# WORK/musl/python and WORK/musl/nginx are trees to be laid over a root. Needs musl-tools, gcc, make, dpkg-dev, apt. About six
# minutes on two processors.
set -euo pipefail
WORK=$(cd "${1:?}" && pwd) SUITE=bookworm
P=$WORK/musl S=$WORK/src
mkdir -p "$P" "$S/kernel" "$S/lists/partial" "$WORK/log"; cd "$S"
# The machine's own lists of packages are left alone.
sed -n 's/^URIs: /deb-src /p' /etc/apt/sources.list.d/debian.sources | while read -r kind uri; do
  case $uri in *security*) echo "$kind $uri $SUITE-security main" ;; *) echo "$kind $uri $SUITE main" ;; esac
done >"$S/sources.list"
APT=(apt-get -qq -o "Dir::Etc::SourceList=$S/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$S/lists")
"${APT[@]}" update
for package in python3.11 zlib libffi openssl nginx; do "${APT[@]}" source --download-only "$package" || true; done
for packed in *.orig.tar.{gz,xz,bz2}; do [[ ! -e $packed ]] || tar xf "$packed"; done

# Headers of the kernel, and of a function that Debian's musl has not and nobody calls.
ln -sfn /usr/include/linux kernel/linux; ln -sfn /usr/include/asm-generic kernel/asm-generic
ln -sfn /usr/include/x86_64-linux-gnu/asm kernel/asm
cat >cc <<EOF
#!/bin/sh
for word; do case \$word in -print-multiarch|--print-multiarch) echo x86_64-linux-musl; exit 0;; esac; done
exec musl-gcc "\$@" -idirafter $S/kernel
EOF
chmod +x cc; export CC=$S/cc CFLAGS="-O2 -fPIC"

(cd zlib-1*; ./configure --static --prefix="$P"; make -j2 libz.a; make install) >"$WORK/log/zlib.log" 2>&1
(cd libffi-3*; ./configure --disable-shared --prefix="$P" --disable-docs --disable-multi-os-directory; make -j2; make install) >"$WORK/log/libffi.log" 2>&1
(cd openssl-3*; ./Configure linux-x86_64 no-shared no-tests no-engine no-afalgeng no-ktls no-async no-module --prefix="$P" --libdir=lib --openssldir=/etc/ssl
  make -j2 build_libs; make install_dev) >"$WORK/log/openssl.log" 2>&1
(cd nginx-1*; ./configure --with-cc="$CC" --with-cc-opt=-Wno-error --without-http_rewrite_module --without-http_gzip_module --without-http_auth_basic_module \
  --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf --sbin-path=/usr/sbin/nginx --http-log-path=/dev/null --error-log-path=stderr \
  --pid-path=/tmp/nginx.pid --with-threads; make -j2; make install DESTDIR="$P/nginx") >"$WORK/log/nginx.log" 2>&1
cd Python-3.11*
# Wheels for musl name their extensions after it.
sed -i 's/x86_64-linux-gnu/x86_64-linux-musl/g' configure
(PKG_CONFIG_LIBDIR=$P/lib/pkgconfig CPPFLAGS=-I$P/include LDFLAGS=-L$P/lib ./configure --prefix=/usr --with-openssl="$P" --without-ensurepip --disable-test-modules
  make -j2; make install DESTDIR="$P/python") >"$WORK/log/python.log" 2>&1
rm -rf "$P"/python/usr/{include,share} "$P"/python/usr/lib/libpython*.a "$P"/python/usr/lib/python3.11/{config-*,idlelib,tkinter,turtledemo,lib2to3,test}
find "$P/python" -name __pycache__ -prune -exec rm -rf {} +
find "$P/python" -name "*_failed.so" -delete
strip "$P"/python/usr/bin/python3.11 "$P"/python/usr/lib/python3.11/lib-dynload/*.so "$P/nginx/usr/sbin/nginx"
