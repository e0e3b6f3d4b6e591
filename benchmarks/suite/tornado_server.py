"""usage: tornado_server.py PORT FOLDER TOKEN: files by GET and PUT for who has the token, with Tornado; each upload is flushed."""
import os, sys, tempfile

import tornado.ioloop, tornado.web

PORT, FOLDER, TOKEN = int(sys.argv[1]), sys.argv[2], f"Bearer {sys.argv[3]}"


class Authenticated(tornado.web.RequestHandler):
    def prepare(self):
        if self.request.headers.get("Authorization") != TOKEN:
            raise tornado.web.HTTPError(401)


class Download(Authenticated, tornado.web.StaticFileHandler):
    pass


@tornado.web.stream_request_body
class Upload(Authenticated):
    def prepare(self):
        super().prepare()
        if self.request.method == "PUT":
            self.file = tempfile.NamedTemporaryFile(dir=FOLDER, delete=False)

    def data_received(self, chunk):
        self.file.write(chunk)

    def put(self, path):
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        target = os.path.normpath(f"{FOLDER}/{path}")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(self.file.name, target)
        directory = os.open(os.path.dirname(target), os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
        self.set_status(201)


class Files(tornado.web.Application):
    """One path for both: the method decides, since a static handler has no PUT."""

    def find_handler(self, request, **more):
        path = request.path.removeprefix("/files/")
        handler, arguments = (Upload, {}) if request.method == "PUT" else (Download, {"path": FOLDER})
        return self.get_handler_delegate(request, handler, arguments, path_args=[path.encode()])


Files().listen(PORT, "127.0.0.1", max_body_size=1 << 40)
tornado.ioloop.IOLoop.current().start()
