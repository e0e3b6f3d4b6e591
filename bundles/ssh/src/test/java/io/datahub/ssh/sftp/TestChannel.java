package io.datahub.ssh.sftp;

import io.datahub.api.Home;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Reading;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.ssh.session.SshServices;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryLastingDrafts;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** A hub in memory, and a channel to it that speaks in packets. */
final class TestChannel {

    static final int READ = 1;
    static final int WRITE = 2;
    static final int APPEND = 4;
    static final int CREATE = 8;
    static final int TRUNCATE = 16;
    static final int EXCLUSIVE = 32;
    static final int PUT = WRITE | CREATE | TRUNCATE;

    private static final Instant EXPIRES = Instant.parse("2100-01-01T00:00:00Z");
    private static final TemporaryNames NAMES = path -> path.name().endsWith(".filepart")
            || path.name().endsWith(".partial")
            || path.name().matches("\\..*\\.[A-Za-z0-9]{6}");

    /** What several channels share. */
    static final class Hub {
        final MemoryRecordStore store = new MemoryRecordStore();
        final MemoryLastingDrafts drafts = new MemoryLastingDrafts(store::begin, EXPIRES, Long.MAX_VALUE);
        final TestUsers users = new TestUsers();
        final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(10, 1_000, 1_000_000, 10));
        final SftpSubsystem subsystem = new SftpSubsystem(NAMES);
        final TransferMetrics metrics = new TransferMetrics();

        /** Refuses files with the word "wrong". */
        Hub() {
            store.addValidator(new ValidatorId("words", "1.0.0"), "**", candidate -> {
                try (InputStream in = candidate.open()) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    return text.contains("wrong") ? Verdict.refuse(3, 1, "a wrong word") : Verdict.accept();
                }
            });
            users.withRole("ada", User.ADMIN);
        }

        TestChannel channel(String user) {
            return new TestChannel(this, session(user, null));
        }

        /** A connection whose channels use these threads. */
        SshSession session(String user, ExecutorService workers) {
            Home home = () -> Path.of("/nowhere");
            SshServices services =
                    new SshServices(store, drafts, broker, users.memory, home, workers, null, null, metrics);
            return new SshSession(services, users.login(user, "ssh"), reason -> {});
        }

        List<String> topics() {
            return store.journal().read(User.HUB, Cursor.BEGINNING, "", 10_000).get().changes().stream()
                    .map(Change::topic)
                    .toList();
        }

        String content(String path) throws IOException {
            try (Reading reading = store.open(User.HUB, RecordPath.of(path)).get();
                    InputStream in = reading.stream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    final List<String> errors = new ArrayList<>();
    final RequestHandler handler;
    private final Output output = new Output();
    private int lastId;

    private TestChannel(Hub hub, SshSession session) {
        handler = hub.subsystem.handler(session, errors::add);
        request(new Request(1).int32(3));
    }

    /** The parts of a request. */
    static final class Request {
        private ByteBuffer bytes = ByteBuffer.allocate(1 << 9);

        Request(int type) {
            bytes.put((byte) type);
        }

        Request int32(int value) {
            bytes.putInt(value);
            return this;
        }

        Request int64(long value) {
            bytes.putLong(value);
            return this;
        }

        Request text(String value) {
            return data(value.getBytes(StandardCharsets.UTF_8));
        }

        Request data(byte[] value) {
            if (bytes.remaining() < value.length + 100) {
                bytes = ByteBuffer.allocate(bytes.capacity() + value.length + 100)
                        .put(bytes.flip());
            }
            bytes.putInt(value.length).put(value);
            return this;
        }

        ByteBuffer packet() {
            return bytes.flip();
        }
    }

    /** An answer. */
    record Answer(int type, ByteBuffer body) {

        String text() {
            byte[] text = new byte[body.getInt()];
            body.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        /** The code of a status; -1 for another answer. */
        int status() {
            return type == 101 ? body.getInt(body.position()) : -1;
        }
    }

    Answer request(Request request) {
        handler.handle(request.packet(), output);
        while (handler.isBusy()) {
            handler.proceed(output);
        }
        ByteBuffer bytes =
                ByteBuffer.wrap(Arrays.copyOf(output.bytes(), output.size())).slice();
        output.clear();
        if (bytes.getInt() != bytes.remaining()) {
            throw new AssertionError("not exactly one answer");
        }
        int type = bytes.get() & 0xff;
        if (type != 2 && bytes.getInt() != lastId) {
            throw new AssertionError("another request is answered");
        }
        return new Answer(type, bytes);
    }

    Request begin(int type) {
        return new Request(type).int32(++lastId);
    }

    Request extended(String name) {
        return begin(200).text(name);
    }

    /** Opens a file; the answer is a handle or a status. */
    Answer tryToOpen(String path, int flags) {
        return request(begin(3).text(path).int32(flags).int32(0));
    }

    String open(String path, int flags) {
        Answer answer = tryToOpen(path, flags);
        if (answer.type() != 102) {
            throw new AssertionError("status " + answer.status());
        }
        return answer.text();
    }

    int write(String handle, long offset, String text) {
        return request(begin(6).text(handle).int64(offset).text(text)).status();
    }

    int close(String handle) {
        return request(begin(4).text(handle)).status();
    }

    int put(String path, String text) {
        String handle = open(path, PUT);
        write(handle, 0, text);
        return close(handle);
    }

    /** Reads at most 1,000 bytes; null at the end. */
    String read(String handle, long offset) {
        Answer answer = request(begin(5).text(handle).int64(offset).int32(1_000));
        return answer.type() == 103 ? answer.text() : null;
    }

    int path(int type, String path) {
        return request(begin(type).text(path)).status();
    }

    int remove(String path) {
        return path(13, path);
    }

    int rename(String from, String to) {
        return request(begin(18).text(from).text(to)).status();
    }

    int replace(String from, String to) {
        return request(extended("posix-rename@openssh.com").text(from).text(to)).status();
    }

    /** The size of what is at a path; -2 for a directory, -1 if there is nothing, -3 if it is denied. */
    long size(String path) {
        Answer answer = request(begin(17).text(path));
        if (answer.type() != 105) {
            return answer.status() == 2 ? -1 : -3;
        }
        answer.body().getInt();
        long size = answer.body().getLong();
        return (answer.body().getInt() & 040000) != 0 ? -2 : size;
    }

    /** The size of an open file. */
    long sizeOf(String handle) {
        Answer answer = request(begin(8).text(handle));
        answer.body().getInt();
        return answer.body().getLong();
    }

    /** The seconds of the time of modification. */
    int modified(String path) {
        Answer answer = request(begin(17).text(path));
        return answer.body().getInt(answer.body().limit() - 4);
    }

    int setTime(String path, int seconds) {
        return request(begin(9).text(path).int32(8).int32(seconds).int32(seconds))
                .status();
    }

    List<String> list(String path) {
        String handle = request(begin(11).text(path)).text();
        List<String> names = new ArrayList<>();
        while (true) {
            Answer answer = request(begin(12).text(handle));
            if (answer.type() != 104) {
                close(handle);
                return names;
            }
            for (int left = answer.body().getInt(); left > 0; left--) {
                String name = answer.text();
                answer.text();
                answer.body().position(answer.body().position() + 4 + 8 + 4 + 8);
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
            }
        }
    }
}
