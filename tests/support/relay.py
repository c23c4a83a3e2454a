"""relay.py PORT TARGET up|down BYTES: hands one connection on to a server on this machine, and stops for good after so many
bytes in that direction (up: to the server).  It is over when either side is."""
import select
import socket
import sys


def main():
    port, target, way, left = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(1)
    print("ready", flush=True)
    client, _ = listening.accept()
    server = socket.create_connection(("127.0.0.1", target))
    other = {client: server, server: client}
    limited = client if way == "up" else server
    while True:
        # one that is stopped is no longer read, only asked whether it is still there
        for s in select.select([s for s in other if s is not limited or left > 0], [], [], 0.05)[0]:
            data = s.recv(min(left, 4096) if s is limited else 4096)
            if not data:
                return
            if s is limited:
                left -= len(data)
                if left == 0:
                    print("stopped", flush=True)
            other[s].sendall(data)
        if left == 0 and hung_up(limited):
            return


def hung_up(s):
    poll = select.poll()
    poll.register(s, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


try:
    main()
except OSError:
    pass
