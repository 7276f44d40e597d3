#!/bin/sh
# Copies every Dockerfile of local git directories into a folder, each content once.
#
#   tools/gather-dockerfiles.sh FOLDER GITDIR...
#
# A git directory is named OWNER+NAME or OWNER__NAME, or is a folder `repo` or `.git` inside one of that name; its files go to
# FOLDER/OWNER__NAME/PATH. The tip of HEAD is read; nothing is checked out.
set -eu

[ $# -ge 2 ] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$1
shift
mkdir -p "$folder"
seen=$(mktemp)
trap 'rm -f "$seen"' EXIT

for directory in "$@"; do
    name=$(basename "$directory")
    case $name in
        repo | .git) name=$(basename "$(dirname "$directory")") ;;
    esac
    name=$(printf %s "$name" | sed 's/+/__/')
    git --git-dir="$directory" ls-tree -r HEAD |
        awk -F '\t' '
            { split($1, column, " "); path = $2; base = path; sub(/.*\//, "", base); low = tolower(base) }
            column[2] != "blob" || column[1] == "120000" || path ~ /^"/ { next }
            low ~ /\.(c|erb|go|in|j2|java|jinja2?|js|json|lock|md|mustache|php|png|ps1|py|rb|rs|rst|sh|svg|template|tmpl|toml|tpl|ts|txt|ya?ml)$/ { next }
            low ~ /^(dockerfile|containerfile)([._-].*)?$/ || low ~ /\.(dockerfile|containerfile)$/ { print column[3] "\t" path }
        ' |
        while IFS="$(printf '\t')" read -r blob path; do
            grep -q "^$blob$" "$seen" && continue
            echo "$blob" >>"$seen"
            mkdir -p "$folder/$name/$(dirname "$path")"
            git --git-dir="$directory" cat-file blob "$blob" >"$folder/$name/$path" || rm -f "$folder/$name/$path"
        done
done
printf '%s Dockerfiles\n' "$(find "$folder" -type f | wc -l)"
