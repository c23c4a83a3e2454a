# For the scripts of tests/system (bash): source it with the build folder as "$1".  They print TAP, work in a
# folder of their own that is removed at the end, and wait for conditions with a deadline instead of sleeping.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR WETREAD_ARCHIVE COLORTERM TMUX STY SSH_CONNECTION
build=$(cd "${1:-build}" 2>/dev/null && pwd) || { echo "Bail out! no build folder ${1:-build}"; exit 1; }
W=$build/wetread
V=$build/wetread-verify
corpus=../shared/corpus/dev
tmp=$(mktemp -d) || exit 1
tap_n=0
tap_bad=0
trap 'on_exit; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
on_exit() { :; } # a script may have more to clean up

ok() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

not_ok() { # CLAIM [WHAT SPEAKS AGAINST IT]
	tap_n=$((tap_n + 1))
	tap_bad=1
	echo "not ok $tap_n - $1"
	[ $# -lt 2 ] || printf '%s\n' "$2" | head -12 | sed 's/^/# /'
}

skip() { # CLAIM WHY
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# claim CLAIM COMMAND...: holds where the command succeeds; what it prints is shown where it does not.
claim() {
	local text=$1 out
	shift
	if out=$("$@" 2>&1); then ok "$text"; else not_ok "$text" "$* : $out"; fi
}

same() { # CLAIM WANTED GOT
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2
got:    $3"; fi
}

# status CLAIM WANTED COMMAND...: its exit status; standard output goes to $tmp/out, standard error to $tmp/err.
status() {
	local text=$1 wanted=$2 got
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	if [ "$got" = "$wanted" ]; then ok "$text"; else
		not_ok "$text" "exit status $got instead of $wanted: $(head -3 "$tmp/err")"
	fi
}

tap_end() {
	echo "1..$tap_n"
	exit $tap_bad
}

have() { command -v "$1" >/dev/null 2>&1; }

# until_true SECONDS COMMAND...: poll until it succeeds; false after the deadline.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		read -rt 0.02 <> <(:) # gives the core away for a moment
	done
	return 0
}

# The demonstration archive is drawn once for a build and copied by the scripts: "demo_copy DIR".  Objects never
# change, so they are linked; the record is a copy.
demo_copy() {
	local kept=$build/system-demo
	(
		flock 9
		[ -e "$kept/demo" ] && [ "$kept/demo" -nt "$W" ] && exit 0
		rm -rf "$kept"
		"$W" demo "$kept" >/dev/null
	) 9>"$build/system-demo.lock" || return 1
	mkdir "$1" && cp -al "$kept/objects" "$1/objects" 2>/dev/null || cp -a "$kept/objects" "$1/" || return 1
	cp -a "$kept/ledger.db" "$kept/anchors" "$kept/system.key" "$kept/demo" "$1/"
}

secret() { # FILE PASSWORD [MODE]
	printf '%s\n' "$2" >"$1" && chmod "${3:-600}" "$1"
}

# JSON on standard input, asked by one of python3, jq or (text only) grep.
json_tool=
if [ -x /usr/bin/python3 ]; then json_tool=/usr/bin/python3; elif have python3; then json_tool=python3; fi

json_valid() {
	if [ -n "$json_tool" ]; then "$json_tool" -c 'import json,sys; json.load(sys.stdin)'
	elif have jq; then jq -e . >/dev/null
	else grep -qE '^[[{].*[]}]$'; fi
}

# json_lines: an array of objects on standard input, one object a line.  Ours are compact and nest only arrays and
# flat objects, so that even sed can do it.
json_lines() {
	if [ -n "$json_tool" ]; then
		"$json_tool" -c '
import json, sys
for o in json.load(sys.stdin):
    print(json.dumps(o, ensure_ascii=False, separators=(",", ":")))'
	elif have jq; then jq -c '.[]'
	else sed -e 's/^\[//' -e 's/\]$//' -e 's/},{"/}\n{"/g'; fi
}

# json_number NAME: the first such member of what is on standard input.
json_number() { grep -oE "\"$1\":-?[0-9]+" | head -1 | cut -d: -f2; }
json_text() { grep -oE "\"$1\":\"([^\"\\\\]|\\\\.)*\"" | head -1 | cut -d: -f2- | sed -e 's/^"//' -e 's/"$//'; }

# Control characters of standard input other than newline, as C0, DEL or C1 in UTF-8.
no_controls() { ! LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$@"; }
