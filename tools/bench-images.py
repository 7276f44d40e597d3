#!/usr/bin/env python3
"""Make the images that only benchmarks need, as OCI layouts with gzip layers: bench-images.py CORPUS OUTDIR

  layers20       the files of the corpus' python-service in twenty layers of about the same size
  tiny           3,000,000 files of a few bytes in three layers
  bytes-N        1,000 files, N times 64 kB each (N = 1, 4, 16)
  files-N        N times 62,500 files of a few bytes (N = 1, 4, 16)

What is there already is kept."""
import hashlib, json, os, shutil, subprocess, sys, tarfile

BLOCK = 512


def template(size, kind):
    """A ustar header without name and checksum, and the sum of its bytes with the checksum field as blanks."""
    head = bytearray(BLOCK)
    mode = b"0000755\0" if kind == b"5" else b"0000644\0"
    head[100:108], head[108:124], head[124:136] = mode, b"0000000\0" * 2, b"%011o\0" % size
    head[136:148], head[148:156], head[156:157], head[257:265] = b"%011o\0" % 1700000000, b" " * 8, kind, b"ustar\x0000"
    return bytes(head), sum(head)


def entry(made, name, body=b""):
    head, total = made
    check = b"%06o\0 " % (total + sum(name))
    return name + head[len(name):148] + check + head[156:] + body + bytes(-len(body) % BLOCK)


def tiny_files(first, count):
    """Files of eleven bytes, a thousand a folder."""
    folder, file = template(0, b"5"), template(11, b"0")
    for at in range(first, first + count, 1000):
        yield b"".join([entry(folder, b"srv/data/%05d/" % (at // 1000))] +
                       [entry(file, b"srv/data/%05d/record-%08d.txt" % (at // 1000, i), b"%010d\n" % i) for i in range(at, at + 1000)])


def large_files(count, size, pool):
    made = template(size, b"0")
    for i in range(count):
        start = i * 7919 * BLOCK % (len(pool) - size)
        yield entry(made, b"srv/blob-%06d.bin" % i, pool[start:start + size])


def layout(folder, layers, level):
    """Writes the layers (iterables of pieces of tar) as one image."""
    part = folder + ".part"
    shutil.rmtree(part, ignore_errors=True)
    blobs = os.path.join(part, "blobs", "sha256")
    os.makedirs(blobs)

    def blob(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, digest), "wb") as out:
            out.write(data)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    diff_ids, descriptors = [], []
    for pieces in layers:
        path, diff = os.path.join(blobs, "part"), hashlib.sha256()
        with open(path, "wb") as out:
            gzip = subprocess.Popen(["gzip", "-n", "-c", "-%d" % level], stdin=subprocess.PIPE, stdout=out)
            for piece in pieces:
                diff.update(piece)
                gzip.stdin.write(piece)
            diff.update(bytes(2 * BLOCK))
            gzip.stdin.write(bytes(2 * BLOCK))
            gzip.stdin.close()
            if gzip.wait():
                sys.exit("gzip failed")
        with open(path, "rb") as stored:
            digest = hashlib.file_digest(stored, "sha256").hexdigest()
        diff_ids.append("sha256:" + diff.hexdigest())
        descriptors.append({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + digest,
                            "size": os.path.getsize(path)})
        os.rename(path, os.path.join(blobs, digest))
    write = lambda value: json.dumps(value).encode()
    config = blob(write({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}),
                  "application/vnd.oci.image.config.v1+json")
    manifest = blob(write({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
                           "layers": descriptors}), "application/vnd.oci.image.manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
    with open(os.path.join(part, "index.json"), "wb") as out:
        out.write(write({"schemaVersion": 2, "manifests": [manifest]}))
    with open(os.path.join(part, "oci-layout"), "w") as out:
        out.write('{"imageLayoutVersion":"1.0.0"}')
    os.rename(part, folder)


def split(archive, count):
    """The members of all layers of a docker-archive, in order, in `count` parts; whiteouts are left out."""
    with tarfile.open(archive) as outer:
        manifest = json.load(outer.extractfile("manifest.json"))
        layers = [outer.extractfile(name) for name in manifest[0]["Layers"]]
        share = os.path.getsize(archive) / count
        parts, size = [[]], 0
        for layer in layers:
            for member in tarfile.open(fileobj=layer):
                if os.path.basename(member.name).startswith(".wh."):
                    continue
                if size > share and len(parts) < count:
                    parts.append([])
                    size = 0
                head = member.tobuf(tarfile.PAX_FORMAT)
                parts[-1].append((layer, head, member))
                size += len(head) + (member.size if member.isreg() else 0)

        def pieces(part):
            for layer, head, member in part:
                yield head
                if member.isreg():
                    layer.seek(member.offset_data)
                    yield layer.read(member.size) + bytes(-member.size % BLOCK)
        for part in parts:
            yield pieces(part)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    corpus, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)

    def make(name, layers, level=1):
        folder = os.path.join(out, name)
        if not os.path.isdir(folder):
            print("making", folder, file=sys.stderr)
            layout(folder, layers(), level)

    def pool():
        with open(os.path.join(corpus, "docker-archive", "debian-min.tar"), "rb") as file:
            return file.read(128 << 20)
    make("layers20", lambda: split(os.path.join(corpus, "docker-archive", "python-service.tar"), 20), 6)
    for n in (1, 4, 16):
        make("bytes-%d" % n, lambda: [large_files(1000, n * 65536, pool())])
        make("files-%d" % n, lambda: [tiny_files(0, n * 62500 // 1000 * 1000)])
    make("tiny", lambda: (tiny_files(first, 1000000) for first in (0, 1000000, 2000000)))


main()
