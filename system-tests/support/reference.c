/* usage: reference FOLDER
   A server to compare the processor time of a hub's operations with: as little as a server has to do for a request, and some computation.
   Prints the port on which it listens, and serves one connection after the other until it is ended.

   A request is a head as in HTTP, with the target /LENGTH/LOOKS, and perhaps a body. The server hashes the body and 16 KiB; LOOKS times
   looks at the attributes of FOLDER and hashes 1 KiB; and sends LENGTH bytes, at most 64 KiB. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST = 64 << 10, HASHED = 16 << 10, HASHED_BY_LOOK = 1 << 10 };

static void require(int good, const char *what) {
  if (!good) {
    perror(what);
    exit(1);
  }
}

/* FNV-1a, continued from one call to the next. */
static uint64_t hash(uint64_t state, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) state = (state ^ (unsigned char)bytes[i]) * 0x100000001b3;
  return state;
}

static void send_all(int socket, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = write(socket, bytes, length);
    require(sent > 0, "write");
    bytes += sent;
    length -= sent;
  }
}

static void serve(int socket, const char *folder) {
  static char request[1 << 16], response[LONGEST + 200];
  size_t filled = 0;
  for (;;) {
    char *end;
    while (request[filled] = 0, !(end = strstr(request, "\r\n\r\n"))) {
      ssize_t count = read(socket, request + filled, sizeof request - 1 - filled);
      if (count <= 0) return;
      filled += count;
    }
    char *field = strstr(request, "Content-Length:"), *target = strchr(request, '/');
    size_t head = end + 4 - request, body = field && field < end ? strtoul(field + 15, NULL, 10) : 0;
    require(target && head + body < sizeof request, "request");
    while (filled < head + body) {
      ssize_t count = read(socket, request + filled, sizeof request - 1 - filled);
      if (count <= 0) return;
      filled += count;
    }
    size_t length = strtoul(target + 1, &target, 10), looks = strtoul(target + 1, NULL, 10);
    require(length <= LONGEST, "length");
    uint64_t state = hash(hash(0xcbf29ce484222325, request + head, body), response, HASHED);
    for (size_t i = 0; i < looks; i++) {
      struct stat found;
      require(stat(folder, &found) == 0, "stat");
      state = hash(state, response, HASHED_BY_LOOK);
    }
    size_t start = sprintf(response, "HTTP/1.1 200 OK\r\nHash: %016lx\r\nContent-Length: %zu\r\n\r\n", state, length);
    send_all(socket, response, start + length);
    filled -= head + body;
    memmove(request, request + head + body, filled);
  }
}

int main(int count, char **arguments) {
  require(count == 2, "usage: reference FOLDER");
  int on = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  require(bind(listening, (struct sockaddr *)&address, size) == 0 && listen(listening, 1) == 0, "listen");
  require(getsockname(listening, (struct sockaddr *)&address, &size) == 0, "getsockname");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int socket = accept(listening, NULL, NULL);
    require(socket >= 0 && setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "accept");
    serve(socket, arguments[1]);
    close(socket);
  }
}
