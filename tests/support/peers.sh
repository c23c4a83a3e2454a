# Real servers for the scripts of tests/system and tests/bench: source it after system.sh.  All of them listen on loopback, belong
# to the test that started them and end with it; run such a test inside tests/support/apart, since Orthanc binds every address.
peers=()          # process ids
peer_user=reviewer
peer_password=s3cret

peers_have() { [ -x /usr/sbin/Orthanc ] && [ -e /usr/share/orthanc/plugins/libOrthancDicomWeb.so ] && have curl && have python3; }

# up CLAIM COMMAND...: as claim, but in this shell, which keeps what the command starts.
up() {
	if "${@:2}"; then ok "$1"; else not_ok "$1" "${*:2}"; fi
}

# peers_stop: end them all, killed where they do not go by themselves.
peers_stop() {
	local p
	for p in "${peers[@]:-}"; do
		[ -n "$p" ] && kill -9 "$p" 2>/dev/null && wait "$p" 2>/dev/null
	done
	peers=()
}
on_exit() { peers_stop; }

peer_curl() { curl -sS --noproxy '*' -m 60 -u "$peer_user:$peer_password" "$@"; }
peer_answers() { curl -s --noproxy '*' -k -m 2 -o /dev/null "$1"; } # URL

# peer_orthanc DIR PORT [MORE]: Orthanc with SQLite index, DICOMweb and authentication; MORE is JSON that goes into its
# configuration ('"CheckRevisions": true,').  Its DICOM port is PORT + 1.  The process is in peer_pid.
peer_orthanc() {
	mkdir -p "$1" || return 1
	cat >"$1/orthanc.json" <<END
{ ${3:-} "Name": "peer", "StorageDirectory": "$1/storage", "IndexDirectory": "$1/index",
  "Plugins": ["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
  "HttpPort": $2, "DicomPort": $(($2 + 1)), "DicomAet": "ORTHANC", "RemoteAccessAllowed": false,
  "AuthenticationEnabled": true, "RegisteredUsers": { "$peer_user": "$peer_password" },
  "DicomCheckCalledAet": false, "DicomAlwaysAllowFind": true, "DicomAlwaysAllowGet": true, "StableAge": 1,
  "DicomWeb": { "Enable": true, "Root": "/dicom-web/", "EnableWado": false, "Host": "127.0.0.1", "Ssl": false } }
END
	TCP_NODELAY=1 /usr/sbin/Orthanc --logfile="$1/log" "$1/orthanc.json" >"$1/out" 2>&1 &
	peer_pid=$!
	peers+=("$peer_pid")
	until_true 30 peer_answers "http://127.0.0.1:$2/system"
}

# peer_certificate DIR NAME ALTNAMES: DIR/NAME.crt and .key, signed by itself, so that the file is its own authority.
peer_certificate() {
	[ -e "$1/$2.crt" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=peer" -addext "subjectAltName=$3" \
		-keyout "$1/$2.key" -out "$1/$2.crt" >/dev/null 2>&1
}

# What CURLOPT_PINNEDPUBLICKEY wants of a certificate.
peer_pin() {
	echo "sha256//$(openssl x509 -in "$1" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64)"
}

# peer_nginx_tls DIR PORT UPSTREAM-PORT [ALTNAMES [MORE]]: nginx with TLS before another server.  HTTP/2 and 1.1 on PORT, 1.1 alone
# on PORT + 1.  Its certificate is DIR/tls.crt; MORE goes into both servers ('ssl_verify_client on; ...').
peer_nginx_tls() {
	mkdir -p "$1/tmp" || return 1
	peer_certificate "$1" tls "${4:-IP:127.0.0.1,DNS:localhost}"
	local where="ssl_certificate $1/tls.crt; ssl_certificate_key $1/tls.key; ${5:-}
    location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_buffering off;
      proxy_request_buffering off; client_max_body_size 0; }"
	cat >"$1/nginx.conf" <<END
daemon off; master_process off; pid $1/pid; error_log $1/error.log;
events { worker_connections 1000; }
http { access_log off; client_body_temp_path $1/tmp; proxy_temp_path $1/tmp; fastcgi_temp_path $1/tmp; uwsgi_temp_path $1/tmp;
  scgi_temp_path $1/tmp;
  upstream up { server 127.0.0.1:$3; keepalive 32; keepalive_timeout 900ms; }
  server { listen 127.0.0.1:$2 ssl http2; $where }
  server { listen 127.0.0.1:$(($2 + 1)) ssl; $where } }
END
	/usr/sbin/nginx -e "$1/error.log" -p "$1" -c "$1/nginx.conf" >"$1/out" 2>&1 &
	peer_pid=$!
	peers+=("$peer_pid")
	until_true 20 peer_answers "https://127.0.0.1:$2/"
}

# peer_fill PORT FILE-OR-FOLDER...: post every file of them to an Orthanc, four at a time; tells how many it took.
peer_fill() {
	python3 - "$1" "$peer_user:$peer_password" "${@:2}" <<'END'
import base64, http.client, os, queue, sys, threading
port, author = int(sys.argv[1]), base64.b64encode(sys.argv[2].encode()).decode()
todo, taken = queue.Queue(), []
for top in sys.argv[3:]:
    if os.path.isfile(top):
        todo.put(top)
    for folder, _, names in os.walk(top):
        for name in names:
            todo.put(os.path.join(folder, name))
def run():
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while True:
        try:
            path = todo.get_nowait()
        except queue.Empty:
            return
        c.request("POST", "/instances", open(path, "rb").read(), {"Authorization": "Basic " + author})
        r = c.getresponse()
        r.read()
        if r.status == 200:
            taken.append(path)
threads = [threading.Thread(target=run) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(len(taken))
END
}
