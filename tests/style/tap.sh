# For the scripts here (bash): source it.  They print TAP and run from the root of the project.
set -u
shopt -s lastpipe # a claim at the end of a pipe counts in this shell
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/../.." || exit 1
tap_n=0
tap_bad=0

# claim TEXT: what stands on standard input speaks against it, one line each.
claim() {
	tap_n=$((tap_n + 1))
	tap_found=$(cat)
	if [ -z "$tap_found" ]; then
		echo "ok $tap_n - $1"
		return
	fi
	tap_bad=1
	echo "not ok $tap_n - $1"
	printf '%s\n' "$tap_found" | sed 's/^/# /'
}

tap_end() {
	echo "1..$tap_n"
	exit $tap_bad
}

# Our C files below these folders; those that are not there are left out.
sources() {
	find "$@" \( -name '*.[ch]' -o -name '*.cc' -o -name '*.def' \) -type f 2>/dev/null | sort
}
