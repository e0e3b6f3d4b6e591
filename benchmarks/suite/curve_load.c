/* usage: curve_load PUBLISH_PORT SUBSCRIBE_PORT SOCKET_TYPE SUBSCRIBERS BYTES COUNT SERVER_KEY PUBLIC_KEY SECRET_KEY
   One publisher and so many subscribers of a broker with CURVE; keys are hexadecimal. The publisher encrypts all messages before the
   first is sent, and the subscribers count frames and decrypt one in 1,024, so that the broker does nearly all of the work. Prints
   the seconds from the first message sent until the last is received. Linked with libsodium, whose functions are declared here so that
   its headers aren't needed. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int sodium_init(void);
int crypto_box_keypair(unsigned char *public_key, unsigned char *secret_key);
int crypto_box_easy(unsigned char *box, const unsigned char *text, unsigned long long length, const unsigned char *nonce,
                    const unsigned char *public_key, const unsigned char *secret_key);
int crypto_box_open_easy(unsigned char *text, const unsigned char *box, unsigned long long length, const unsigned char *nonce,
                         const unsigned char *public_key, const unsigned char *secret_key);
int crypto_box_beforenm(unsigned char *shared, const unsigned char *public_key, const unsigned char *secret_key);
int crypto_box_easy_afternm(unsigned char *box, const unsigned char *text, unsigned long long length, const unsigned char *nonce,
                            const unsigned char *shared);
int crypto_box_open_easy_afternm(unsigned char *text, const unsigned char *box, unsigned long long length, const unsigned char *nonce,
                                 const unsigned char *shared);
void randombytes_buf(void *bytes, size_t length);

enum { KEY = 32, TAG = 16, NONCE = 24, MESSAGE = 8 + 8 + TAG + 1, READ = 1 << 18 };

static const char TOPIC[] = "bench.000.xxxxxx";
static unsigned char server_key[KEY], public_key[KEY], secret_key[KEY];

typedef struct {
  int socket;
  unsigned char shared[KEY];
  uint64_t nonce;
  unsigned char *bytes; /* read and not yet counted */
  size_t length;
  long frames;
} peer;

static void require(int good, const char *what) {
  if (!good) {
    fprintf(stderr, "curve_load: %s (%s)\n", what, strerror(errno));
    exit(1);
  }
}

static void send_all(int to, const void *bytes, size_t length) {
  for (const char *at = bytes; length > 0;) {
    ssize_t count = write(to, at, length);
    require(count > 0, "write");
    at += count;
    length -= count;
  }
}

static void receive_all(int from, void *bytes, size_t length) {
  for (char *at = bytes; length > 0;) {
    ssize_t count = read(from, at, length);
    require(count > 0, "the connection was closed");
    at += count;
    length -= count;
  }
}

static void key_of(const char *hex, unsigned char *key) {
  for (int i = 0; i < KEY; i++)
    require(sscanf(hex + 2 * i, "%2hhx", key + i) == 1, "a key must have 64 hexadecimal digits");
}

/* A nonce of 16 letters and a number. */
static void short_nonce(unsigned char *nonce, const char *prefix, uint64_t number) {
  memcpy(nonce, prefix, 16);
  number = htobe64(number);
  memcpy(nonce + 16, &number, 8);
}

/* A nonce of 8 letters and 16 bytes. */
static void long_nonce(unsigned char *nonce, const char *prefix, const unsigned char *bytes) {
  memcpy(nonce, prefix, 8);
  memcpy(nonce + 8, bytes, 16);
}

static void send_command(int to, const char *name, const unsigned char *body, size_t length) {
  unsigned char frame[1024];
  size_t letters = strlen(name), size = 1 + letters + length, header = size > 255 ? 9 : 2;
  uint64_t long_size = htobe64(size);
  frame[0] = size > 255 ? 6 : 4;
  frame[1] = size;
  if (size > 255)
    memcpy(frame + 1, &long_size, 8);
  frame[header] = letters;
  memcpy(frame + header + 1, name, letters);
  memcpy(frame + header + 1 + letters, body, length);
  send_all(to, frame, header + size);
}

/* Receives a command of at most 255 bytes into `body`; returns the length of what follows its name. */
static size_t receive_command(int from, const char *name, unsigned char *body) {
  unsigned char frame[257];
  size_t letters = strlen(name);
  receive_all(from, frame, 2);
  require(frame[0] == 4, "a short command was expected");
  receive_all(from, frame + 2, frame[1]);
  require(frame[2] == letters && memcmp(frame + 3, name, letters) == 0, name);
  memcpy(body, frame + 3 + letters, frame[1] - 1 - letters);
  return frame[1] - 1 - letters;
}

/* Encrypts a frame's body into a MESSAGE; returns its length. */
static size_t seal(peer *to, unsigned char *frame, int more, const void *body, size_t length) {
  unsigned char text[1 + length], nonce[NONCE];
  size_t size = MESSAGE + length, header = size > 255 ? 9 : 2;
  uint64_t number = htobe64(to->nonce), long_size = htobe64(size);
  text[0] = more;
  memcpy(text + 1, body, length);
  frame[0] = size > 255 ? 2 : 0;
  frame[1] = size;
  if (size > 255)
    memcpy(frame + 1, &long_size, 8);
  memcpy(frame + header, "\7MESSAGE", 8);
  memcpy(frame + header + 8, &number, 8);
  short_nonce(nonce, "CurveZMQMESSAGEC", to->nonce++);
  crypto_box_easy_afternm(frame + header + 16, text, 1 + length, nonce, to->shared);
  return header + size;
}

/* RFC 26. */
static void connect_peer(peer *to, int port, const char *type) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1;
  unsigned char greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0, 'C', 'U', 'R', 'V', 'E'}, other[64];
  unsigned char short_public[KEY], short_secret[KEY], zeros[64] = {0}, nonce[NONCE], body[512], text[256], cookie[96];
  to->socket = socket(AF_INET, SOCK_STREAM, 0);
  require(connect(to->socket, (void *)&address, sizeof address) == 0, "connect");
  setsockopt(to->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  send_all(to->socket, greeting, 64);
  receive_all(to->socket, other, 64);

  crypto_box_keypair(short_public, short_secret);
  memset(body, 0, sizeof body);
  body[0] = 1;
  memcpy(body + 74, short_public, KEY);
  body[113] = 1; /* the number of the nonce */
  short_nonce(nonce, "CurveZMQHELLO---", 1);
  crypto_box_easy(body + 114, zeros, 64, nonce, server_key, short_secret);
  send_command(to->socket, "HELLO", body, 194);

  require(receive_command(to->socket, "WELCOME", body) == 160, "WELCOME");
  long_nonce(nonce, "WELCOME-", body);
  require(crypto_box_open_easy(text, body + 16, 144, nonce, server_key, short_secret) == 0, "WELCOME is encrypted otherwise");
  memcpy(cookie, text + KEY, 96);
  crypto_box_beforenm(to->shared, text, short_secret);

  unsigned char content[256], vouched[2 * KEY], server_short[KEY];
  size_t letters = strlen(type), size = KEY + 16 + 80;
  memcpy(server_short, text, KEY);
  memcpy(content, public_key, KEY);
  randombytes_buf(content + KEY, 16);
  long_nonce(nonce, "VOUCH---", content + KEY);
  memcpy(vouched, short_public, KEY);
  memcpy(vouched + KEY, server_key, KEY);
  crypto_box_easy(content + KEY + 16, vouched, sizeof vouched, nonce, server_short, secret_key);
  memcpy(content + size, "\13Socket-Type\0\0\0", 15);
  content[size + 15] = letters;
  memcpy(content + size + 16, type, letters);
  size += 16 + letters;
  memset(body, 0, sizeof body);
  memcpy(body, cookie, 96);
  body[103] = 2;
  short_nonce(nonce, "CurveZMQINITIATE", 2);
  crypto_box_easy_afternm(body + 104, content, size, nonce, to->shared);
  send_command(to->socket, "INITIATE", body, 104 + TAG + size);
  receive_command(to->socket, "READY", body);
  to->nonce = 3;
}

static void check(peer *from, const unsigned char *message, size_t length) {
  unsigned char nonce[NONCE], text[length];
  memcpy(nonce, "CurveZMQMESSAGES", 16);
  memcpy(nonce + 16, message + 8, 8);
  require(length >= MESSAGE && memcmp(message, "\7MESSAGE", 8) == 0, "MESSAGE was expected");
  require(crypto_box_open_easy_afternm(text, message + 16, length - 16, nonce, from->shared) == 0, "a message is encrypted otherwise");
}

static void count_frames(peer *from) {
  ssize_t count = read(from->socket, from->bytes + from->length, READ - from->length);
  require(count > 0, "a subscriber was disconnected");
  from->length += count;
  size_t at = 0;
  while (from->length - at >= 9) {
    unsigned char *header = from->bytes + at;
    uint64_t size = header[1];
    if (header[0] & 2) {
      memcpy(&size, header + 1, 8);
      size = be64toh(size);
    }
    size_t start = at + (header[0] & 2 ? 9 : 2);
    require(size < READ - 9, "a frame is too large");
    if (start + size > from->length)
      break;
    if (from->frames++ % 1024 == 0)
      check(from, from->bytes + start, size);
    at = start + size;
  }
  memmove(from->bytes, from->bytes + at, from->length -= at);
}

static peer publisher;
static unsigned char *messages;
static size_t messages_length;

static void *publish(void *nothing) {
  for (size_t at = 0; at < messages_length; at += 65536)
    send_all(publisher.socket, messages + at, messages_length - at < 65536 ? messages_length - at : 65536);
  return nothing;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  require(argc == 10 && sodium_init() >= 0, "see the head of the source");
  int subscribers = atoi(argv[4]), bytes = atoi(argv[5]), poll = epoll_create1(0);
  long count = atol(argv[6]), open = subscribers;
  key_of(argv[7], server_key);
  key_of(argv[8], public_key);
  key_of(argv[9], secret_key);
  peer *receivers = calloc(subscribers, sizeof *receivers);
  for (peer *each = receivers; each < receivers + subscribers; each++) {
    unsigned char frame[128];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = each};
    connect_peer(each, atoi(argv[2]), "SUB");
    send_all(each->socket, frame, seal(each, frame, 0, "\1bench.", 7));
    each->bytes = malloc(READ);
    epoll_ctl(poll, EPOLL_CTL_ADD, each->socket, &event);
  }
  connect_peer(&publisher, atoi(argv[1]), argv[3]);
  unsigned char *body = calloc(1, bytes);
  messages = malloc(count * (2 * (MESSAGE + 9) + sizeof TOPIC + bytes));
  for (long i = 0; i < count; i++) {
    messages_length += seal(&publisher, messages + messages_length, 1, TOPIC, sizeof TOPIC - 1);
    messages_length += seal(&publisher, messages + messages_length, 0, body, bytes);
  }
  sleep(1); /* until the subscriptions are known everywhere */
  double began = now();
  pthread_t thread;
  pthread_create(&thread, NULL, publish, NULL);
  while (open > 0) {
    struct epoll_event ready[64];
    int found = epoll_wait(poll, ready, 64, 20000);
    require(found > 0, "nothing was received for 20 s");
    for (int i = 0; i < found; i++) {
      peer *each = ready[i].data.ptr;
      int had = each->frames >= 2 * count;
      count_frames(each);
      open -= !had && each->frames >= 2 * count;
    }
  }
  printf("%.6f\n", now() - began);
  return 0;
}
