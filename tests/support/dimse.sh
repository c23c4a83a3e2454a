# DICOM servers for the scripts of tests/system: source it first, then tests/support/system.sh, with the script's own
# arguments.  Everything runs where there is no network but a loopback of its own; what was started is stopped at the end.
if [ -z "${DIMSE_APART:-}" ]; then
	DIMSE_APART=1 exec "$(dirname "$0")/../support/apart" bash "$0" "$@"
fi
export TCP_NODELAY=1 # both sides, or each message waits 40 ms for Nagle
. "$(dirname "$0")/../support/system.sh"

# Written down, because a claim runs what it is given in a shell of its own.
dimse_stop() {
	local pid
	[ -e "$tmp/dimse.pids" ] || return 0
	while read -r pid; do
		kill -9 "$pid" 2>/dev/null
	done <"$tmp/dimse.pids"
	rm "$tmp/dimse.pids"
}
on_exit() { dimse_stop; }

# dimse_start LOG COMMAND...: a server of this test; its id is in LOG.pid
dimse_start() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 </dev/null &
	echo $! | tee -a "$tmp/dimse.pids" >"$log.pid"
	disown
}

dimse_answers() { echoscu -q -to 2 -ta 2 -td 2 -aec "$1" 127.0.0.1 "$2" 2>/dev/null; }

# dimse_qrscp DIR PORT: dcmqrscp as QRSCP, which keeps what it gets in DIR
dimse_qrscp() {
	mkdir -p "$1"
	cat >"$1.cfg" <<-EOF
		NetworkTCPPort  = $2
		MaxPDUSize      = 65536
		MaxAssociations = 16
		HostTable BEGIN
		local = (WETREAD, 127.0.0.1, 11999)
		HostTable END
		VendorTable BEGIN
		VendorTable END
		AETable BEGIN
		QRSCP $1 RW (10000, 8gb) ANY
		AETable END
	EOF
	dimse_start "$1.log" dcmqrscp -c "$1.cfg"
	until_true 20 dimse_answers QRSCP "$2"
}

# dimse_orthanc DIR HTTP-PORT DICOM-PORT: without a password, for DIMSE
dimse_orthanc() {
	mkdir -p "$1"
	cat >"$1.json" <<-EOF
		{"Name":"test","StorageDirectory":"$1","IndexDirectory":"$1","HttpPort":$2,"DicomPort":$3,"DicomAet":"ORTHANC",
		 "RemoteAccessAllowed":false,"AuthenticationEnabled":false,"DicomCheckCalledAet":false,"DicomAlwaysAllowEcho":true,
		 "DicomAlwaysAllowStore":true,"DicomAlwaysAllowFind":true,"DicomAlwaysAllowGet":true,"StableAge":1}
	EOF
	dimse_start "$1.log" Orthanc "$1.json"
	until_true 30 dimse_answers ORTHANC "$3"
}

# dimse_send AET PORT FILE...
dimse_send() { storescu -q -aet WETREAD -aec "$1" 127.0.0.1 "$2" "${@:3}"; }
# dimse_count AET PORT LEVEL KEY...: answers of a search
dimse_count() {
	local keys=() k
	for k in "${@:4}"; do keys+=(-k "$k"); done
	findscu -S -v -aet WETREAD -aec "$1" -k "QueryRetrieveLevel=$3" "${keys[@]}" 127.0.0.1 "$2" 2>&1 | grep -c 'Find Response: '
}
# dimse_relay NAME PORT TARGET up|down BYTES: a line that stops after so many bytes; see relay.py
dimse_relay() {
	dimse_start "$tmp/$1.log" python3 tests/support/relay.py "${@:2}"
	until_true 20 grep -q ready "$tmp/$1.log"
}
