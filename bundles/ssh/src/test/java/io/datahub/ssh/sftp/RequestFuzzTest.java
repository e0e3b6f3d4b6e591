package io.datahub.ssh.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.ssh.sftp.TestChannel.Request;
import io.datahub.ssh.sftp.wire.MalformedPacketException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random requests of a client that may only read: each is answered or ends the channel, and nothing changes. */
class RequestFuzzTest {

    private static final int REQUESTS = 5_000;
    private static final int[] TYPES = {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 200, 255};
    private static final String[] EXTENSIONS = {
        "posix-rename@openssh.com",
        "statvfs@openssh.com",
        "fstatvfs@openssh.com",
        "fsync@openssh.com",
        "lsetstat@openssh.com",
        "limits@openssh.com",
        "expand-path@openssh.com",
        "copy-data",
        "hardlink@openssh.com"
    };
    private static final String[] TEXTS = {"", "/", "a", "d", "d/b", "d/../..", "x.filepart", "1", "2", "~", "a\0b"};

    private final TestChannel.Hub hub = new TestChannel.Hub();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAnswerOrEndTheChannel(long seed) throws Exception {
        hub.store.put("a", "text");
        hub.store.put("d/b", "more text");
        hub.users.with("bob", Action.READ, "");
        Random random = new Random(seed);
        TestChannel channel = hub.channel("bob");
        for (int i = 0; i < REQUESTS; i++) {
            Request request = channel.begin(TYPES[random.nextInt(TYPES.length)]);
            for (int field = random.nextInt(7); field > 0; field--) {
                add(request, random);
            }
            try {
                channel.request(request);
            } catch (MalformedPacketException e) {
                channel.handler.end();
                channel = hub.channel("bob");
            }
        }
        channel.handler.end();

        assertThat(hub.topics()).containsExactly("file.created/a", "file.created/d/b");
        assertThat(hub.content("a")).isEqualTo("text");
        assertThat(hub.content("d/b")).isEqualTo("more text");
        assertThat(hub.drafts.names()).isEmpty();
        assertThat(hub.store.open()).isZero();
    }

    private static void add(Request request, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> request.int32(random.nextInt());
            case 1 -> request.int32(random.nextInt(64));
            case 2 -> request.int64(random.nextInt(20));
            case 3 -> request.int64(random.nextLong());
            case 4 -> request.text(EXTENSIONS[random.nextInt(EXTENSIONS.length)]);
            default -> request.text(TEXTS[random.nextInt(TEXTS.length)]);
        }
    }
}
