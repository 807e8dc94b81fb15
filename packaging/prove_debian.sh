#!/usr/bin/env bash
# Proves a README command on a bare Debian 12: python3 and python3-venv, and nothing else. Used by hand, as root.
#
#   packaging/prove_debian.sh COMMAND...              for example: python3 packaging/start.py selftest
#   packaging/prove_debian.sh --window PICTURE COMMAND...
#       runs COMMAND with a screen, types a question into the window, and takes pictures while the reply grows:
#       PICTURE-1.png, PICTURE-2.png and so on
#
# What is committed is cloned into the new system; this machine's settings of pip and apt, its certificates and the
# folders of packages they name come along. PROVE_DIR keeps the system between runs: the first run makes it, a later
# one finds what the earlier installed. Needs debootstrap, git; for --window also xvfb, openbox, xdotool, imagemagick.
set -euo pipefail

[ "${1:-}" != --help ] && [ $# -gt 0 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; }

# Mounts made below are seen by this script's children alone, and go with them.
[ -n "${PROVE_UNSHARED:-}" ] || PROVE_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"

picture=
if [ "$1" = --window ]; then
    picture=$2
    shift 2
fi
project=$(cd "$(dirname "$0")/.." && pwd)
system=${PROVE_DIR:-$(mktemp -d /var/tmp/nitka-debian.XXXXXX)}
home=/home/person/nitka
started=()

finish() {
    local code=$?
    [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
    wait
    if [ -z "${PROVE_DIR:-}" ]; then
        findmnt --list --noheadings --output TARGET | grep "^$system/" | tac | xargs -r umount --lazy || true
        rm -rf --one-file-system "$system"
    fi
    exit $code
}
trap finish EXIT

say() { printf '== %s\n' "$*" >&2; }

make_system() {
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
    say "debootstrap of Debian 12 with python3 and python3-venv alone"
    debootstrap --variant=minbase --include=python3,python3-venv bookworm "$system" "$mirror" >"$system.log" 2>&1 ||
        { tail -n 20 "$system.log"; exit 1; }
    rm -f "$system.log"
}

copy_settings() {
    local place
    for place in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/xdg/pip "$HOME/.config/pip" "$HOME/.pip" \
        /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf /etc/apt/apt.conf.d /etc/apt/auth.conf.d \
        /etc/apt/trusted.gpg.d /usr/share/keyrings /usr/local/share/ca-certificates; do
        [ -e "$place" ] || continue
        mkdir -p "$system$(dirname "$place")"
        cp -aL --no-target-directory "$place" "$system$place"
    done
    chroot "$system" update-ca-certificates >/dev/null 2>&1 || true
    cp -L /etc/ssl/certs/ca-certificates.crt "$system/etc/ssl/certs/"
}

mount_parts() {
    local place
    mount -t proc proc "$system/proc"
    mount --rbind /dev "$system/dev"
    mount --rbind /sys "$system/sys"
    # Folders of packages that pip's settings name.
    for place in $( (python3 -m pip config list; env | grep '^PIP_') | grep -oE '(file://)?/[^ '"'"']+' | sed 's|^file://||'); do
        [ -d "$place" ] || continue
        case $place in */simple) place=${place%/simple} ;; esac
        mkdir -p "$system$place"
        mountpoint -q "$system$place" || mount --bind -o ro "$place" "$system$place"
    done
    if [ -n "$picture" ]; then
        mkdir -p "$system/tmp/.X11-unix"
        mount --bind /tmp/.X11-unix "$system/tmp/.X11-unix"
    fi
}

# The command in the new system, as root, with the settings of package clients and nothing else of the environment.
inside() {
    local settings=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
    local name
    for name in $(compgen -e | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA|CURL_CA)|_(proxy|PROXY)$'); do
        settings+=("$name=${!name}")
    done
    [ -z "${DISPLAY:-}" ] || settings+=("DISPLAY=$DISPLAY" XDG_RUNTIME_DIR=/root)
    chroot "$system" env -i "${settings[@]}" sh -c 'cd "$0" && exec "$@"' "$home" "$@"
}

open_screen() {
    local number=90
    mkdir -p /tmp/.X11-unix
    while [ -e "/tmp/.X11-unix/X$number" ]; do number=$((number + 1)); done
    export DISPLAY=:$number
    Xvfb "$DISPLAY" -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
    started+=($!)
    until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.2; done
    openbox >/dev/null 2>&1 &
    started+=($!)
}

# Waits for the window, asks in it, and takes pictures; returns what Nitka returns after its window was closed.
ask_in_window() {
    local code=0 window= nitka tries=0
    inside "$@" &
    nitka=$!
    until window=$(xdotool search --onlyvisible --name '[Nn]itka' 2>/dev/null | tail -n 1) && [ -n "$window" ]; do
        kill -0 $nitka 2>/dev/null || { wait $nitka; return; }
        tries=$((tries + 1))
        [ $tries -lt 1200 ] || { say "no window after ten minutes"; kill $nitka; return 1; }
        sleep 0.5
    done
    say "the window is there"
    sleep 3
    xdotool windowactivate --sync "$window" mousemove --window "$window" 640 700
    xdotool type --delay 20 "Write four sentences about the sea."
    import -window root "$picture-1.png"
    xdotool key --clearmodifiers Return
    for number in {2..12}; do
        sleep 0.4
        import -window root "$picture-$number.png"
    done
    xdotool key --clearmodifiers ctrl+q
    wait $nitka || code=$?
    return $code
}

[ -x "$system/usr/bin/python3" ] || make_system
copy_settings
[ -z "$picture" ] || open_screen
mount_parts
if [ ! -e "$system$home/.git" ]; then
    mkdir -p "$system$(dirname "$home")"
    git clone --quiet --no-hardlinks "$project" "$system$home"
else
    git -C "$system$home" fetch --quiet "$project" HEAD
    git -C "$system$home" checkout --quiet --force FETCH_HEAD
fi

say "in $system: $*"
SECONDS=0
code=0
if [ -n "$picture" ]; then ask_in_window "$@" || code=$?; else inside "$@" || code=$?; fi
say "exit code $code after $SECONDS s"
exit $code
