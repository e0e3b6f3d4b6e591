package io.datahub.ssh.sftp;

import static io.datahub.ssh.sftp.TestChannel.APPEND;
import static io.datahub.ssh.sftp.TestChannel.CREATE;
import static io.datahub.ssh.sftp.TestChannel.EXCLUSIVE;
import static io.datahub.ssh.sftp.TestChannel.PUT;
import static io.datahub.ssh.sftp.TestChannel.READ;
import static io.datahub.ssh.sftp.TestChannel.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.ssh.sftp.TestChannel.Answer;
import io.datahub.ssh.sftp.file.OwnDrafts;
import io.datahub.ssh.sftp.wire.Output;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RequestHandlerTest {

    private static final int OK = 0;
    private static final int NO_SUCH_FILE = 2;
    private static final int DENIED = 3;
    private static final int FAILURE = 4;
    private static final int UNSUPPORTED = 8;
    private static final int EXTENDED_REPLY = 201;

    private final TestChannel.Hub hub = new TestChannel.Hub();
    private final TestChannel channel = hub.channel("ada");

    @Test
    void shouldStoreAFileOnCloseAndNotBefore() throws IOException {
        String handle = channel.open("d/a", PUT);
        assertThat(channel.write(handle, 4, "more")).isEqualTo(OK);
        assertThat(channel.write(handle, 0, "four")).isEqualTo(OK);
        assertThat(hub.topics()).isEmpty();
        assertThat(channel.size("d/a")).isEqualTo(8);

        assertThat(channel.close(handle)).isEqualTo(OK);

        assertThat(hub.content("d/a")).isEqualTo("fourmore");
        assertThat(hub.topics()).containsExactly("file.created/d/a");
        assertThat(hub.store.open()).isZero();
    }

    @Test
    void shouldReadARecord() {
        hub.store.put("a", "text");
        String handle = channel.open("/a", READ);
        assertThat(channel.read(handle, 1)).isEqualTo("ext");
        assertThat(channel.read(handle, 4)).isNull();
        assertThat(channel.write(handle, 0, "x")).isEqualTo(FAILURE);
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(channel.close(handle)).isEqualTo(FAILURE);
        assertThat(hub.store.open()).isZero();
    }

    @Test
    void shouldKeepTheLastGoodVersionWhenARefusedFileIsRemoved() throws IOException {
        hub.store.put("a", "good");

        assertThat(channel.put("a", "wrong")).isEqualTo(FAILURE);
        assertThat(hub.channel("ada").remove("a")).isEqualTo(OK);

        assertThat(hub.content("a")).isEqualTo("good");
        assertThat(hub.topics()).containsExactly("file.created/a", "file.rejected/a");
        assertThat(channel.errors).containsExactly("datahub: a: refused by validator words: line 3: a wrong word");
        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(hub.topics()).last().isEqualTo("file.deleted/a");
    }

    @Test
    void shouldReplaceWhatIsRemovedBeforeARename() throws IOException {
        hub.store.put("a", "old");
        assertThat(channel.put("a.filepart", "new")).isEqualTo(OK);
        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(channel.size("a")).isEqualTo(-1);
        assertThat(channel.list("/")).containsExactly("a.filepart");
        assertThat(hub.content("a")).isEqualTo("old");

        assertThat(channel.rename("a.filepart", "a")).isEqualTo(OK);

        assertThat(hub.content("a")).isEqualTo("new");
        assertThat(channel.list("/")).containsExactly("a");
        assertThat(hub.topics()).containsExactly("file.created/a", "file.updated/a");
    }

    @Test
    void shouldKeepWhatIsRemovedBeforeARefusedRename() throws IOException {
        hub.store.put("a", "old");
        channel.put("a.filepart", "wrong");
        channel.remove("a");

        assertThat(channel.rename("a.filepart", "a")).isEqualTo(FAILURE);
        channel.handler.end();

        assertThat(hub.content("a")).isEqualTo("old");
        assertThat(hub.topics()).containsExactly("file.created/a", "file.rejected/a");
        assertThat(hub.drafts.names()).isEmpty();
    }

    @Test
    void shouldRemoveWhatWasHeldWhenTheChannelEnds() {
        hub.store.put("a", "old");
        channel.put("a.filepart", "new");
        channel.remove("a");

        channel.handler.end();

        assertThat(hub.topics()).containsExactly("file.created/a", "file.deleted/a");
    }

    @Test
    void shouldNotShowTemporaryFilesToOthers() {
        hub.users.with("bob", Action.READ, "", Action.WRITE, "");
        TestChannel bob = hub.channel("bob");
        channel.put(".a.x1Y2z3", "text");

        assertThat(hub.topics()).isEmpty();
        assertThat(bob.size(".a.x1Y2z3")).isEqualTo(-1);
        assertThat(bob.list("/")).isEmpty();
        assertThat(hub.channel("ada").size(".a.x1Y2z3")).isEqualTo(4);
        String handle = channel.open(".a.x1Y2z3", READ);
        assertThat(channel.read(handle, 0)).isEqualTo("text");
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(channel.replace(".a.x1Y2z3", "a")).isEqualTo(OK);
        assertThat(bob.size("a")).isEqualTo(4);
        assertThat(channel.size(".a.x1Y2z3")).isEqualTo(-1);
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldListManyTemporaryFilesInSeveralAnswers() {
        for (int i = 0; i < 250; i++) {
            channel.put("f" + i + ".filepart", "text");
        }
        hub.store.put("record", "text");
        String handle = channel.request(channel.begin(11).text("/")).text();
        assertThat(channel.request(channel.begin(12).text(handle)).body().getInt())
                .isEqualTo(100);
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(channel.list("/")).hasSize(251).contains("f249.filepart", "record");
    }

    @Test
    void shouldKeepTheTimeOfATemporaryFile() {
        channel.put("a.partial", "text");
        assertThat(channel.setTime("a.partial", 1_000)).isEqualTo(OK);
        assertThat(channel.rename("a.partial", "a")).isEqualTo(OK);
        assertThat(channel.modified("a")).isEqualTo(1_000);
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldSetTheTimeWithoutAnEvent() {
        channel.put("a", "text");
        assertThat(channel.setTime("a", 77)).isEqualTo(OK);
        assertThat(channel.request(channel.begin(9).text("a").int32(4).int32(0600))
                        .status())
                .isEqualTo(OK);
        String touched = channel.open("a", WRITE | CREATE);
        assertThat(channel.close(touched)).isEqualTo(OK);
        assertThat(channel.modified("a")).isEqualTo(77);
        assertThat(channel.setTime("b", 77)).isEqualTo(NO_SUCH_FILE);
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldCommitNothingWhenTheConnectionIsCutAndResumeLater() throws IOException {
        String handle = channel.open("a", PUT);
        channel.write(handle, 0, "four");
        channel.handler.end();
        assertThat(hub.topics()).isEmpty();

        TestChannel later = hub.channel("ada");
        assertThat(later.size("a")).isEqualTo(3);
        assertThat(later.list("/")).containsExactly("a");
        String resumed = later.open("a", WRITE | CREATE);
        assertThat(later.size("a")).isEqualTo(3);
        assertThat(later.write(resumed, 3, "rmore")).isEqualTo(OK);
        assertThat(later.close(resumed)).isEqualTo(OK);

        assertThat(hub.content("a")).isEqualTo("fourmore");
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldResumeATemporaryFileInAnotherSession() throws IOException {
        String handle = channel.open("a.filepart", PUT);
        channel.write(handle, 0, "four");
        channel.handler.end();

        TestChannel later = hub.channel("ada");
        assertThat(later.size("a.filepart")).isEqualTo(4);
        String resumed = later.open("a.filepart", WRITE);
        later.write(resumed, 4, "more");
        assertThat(later.close(resumed)).isEqualTo(OK);
        assertThat(later.rename("a.filepart", "a")).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("fourmore");
    }

    @Test
    void shouldNotMixACutUploadWithThePresentVersion() throws IOException {
        hub.store.put("a", "old old");
        String handle = channel.open("a", PUT);
        channel.write(handle, 0, "new");
        channel.handler.end();

        TestChannel later = hub.channel("ada");
        assertThat(later.size("a")).isEqualTo(7);
        String read = later.open("a", READ);
        assertThat(later.read(read, 0)).isEqualTo("old old");
        String misled = later.open("a", WRITE | CREATE);
        assertThat(later.write(misled, 7, "rest")).isEqualTo(FAILURE);
        later.handler.end();

        assertThat(hub.content("a")).isEqualTo("old old");
        TestChannel whole = hub.channel("ada");
        assertThat(whole.put("a", "new new")).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("new new");
        assertThat(hub.drafts.list(hub.users.login("ada").user(), RecordPath.ROOT))
                .isEmpty();
    }

    @Test
    void shouldKeepTheRestOfAFileThatIsNotTruncated() throws IOException {
        hub.store.put("a", "old text");
        String handle = channel.open("a", WRITE | CREATE);
        assertThat(channel.write(handle, 0, "new")).isEqualTo(OK);
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("new text");
    }

    @Test
    void shouldNotMixTwoWriters() throws IOException {
        hub.store.put("a", "aaaa");
        TestChannel other = hub.channel("ada");
        String first = channel.open("a", WRITE);
        String second = other.open("a", WRITE);
        channel.write(first, 0, "b");
        other.write(second, 1, "c");
        assertThat(channel.close(first)).isEqualTo(OK);
        assertThat(other.close(second)).isEqualTo(FAILURE);
        assertThat(hub.content("a")).isEqualTo("baaa");
    }

    @Test
    void shouldIgnoreTheOffsetWhenAppending() throws IOException {
        hub.store.put("a", "one");
        String handle = channel.open("a", WRITE | APPEND);
        channel.write(handle, 0, "two");
        channel.write(handle, 0, "three");
        channel.close(handle);
        assertThat(hub.content("a")).isEqualTo("onetwothree");
    }

    @Test
    void shouldTruncateAndExtend() throws IOException {
        String handle = channel.open("a", PUT);
        channel.write(handle, 0, "abcdef");
        assertThat(channel.request(channel.begin(10).text(handle).int32(1).int64(2))
                        .status())
                .isEqualTo(OK);
        assertThat(channel.request(channel.begin(10).text(handle).int32(1).int64(4))
                        .status())
                .isEqualTo(OK);
        channel.close(handle);
        assertThat(hub.content("a")).isEqualTo("ab\0\0");
        assertThat(channel.request(channel.begin(9).text("a").int32(1).int64(1)).status())
                .isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("a");
        assertThat(hub.topics()).containsExactly("file.created/a", "file.updated/a");
    }

    @Test
    void shouldCreateOnlyWhatDoesNotExist() {
        hub.store.put("a", "x");
        assertThat(channel.tryToOpen("a", WRITE | CREATE | EXCLUSIVE).status()).isEqualTo(FAILURE);
        assertThat(channel.tryToOpen("b", WRITE).status()).isEqualTo(NO_SUCH_FILE);
        assertThat(channel.tryToOpen("b", READ).status()).isEqualTo(NO_SUCH_FILE);
        assertThat(channel.tryToOpen("/", PUT).status()).isGreaterThan(OK);
        channel.put("c.partial", "x");
        assertThat(channel.tryToOpen("c.partial", WRITE | CREATE | EXCLUSIVE).status())
                .isEqualTo(FAILURE);
    }

    @Test
    void shouldRenameRecords() throws IOException {
        hub.store.put("a", "x");
        hub.store.put("b", "y");
        assertThat(channel.rename("a", "b")).isEqualTo(FAILURE);
        assertThat(channel.rename("c", "d")).isEqualTo(NO_SUCH_FILE);
        assertThat(channel.replace("a", "b")).isEqualTo(OK);
        assertThat(channel.replace("b", "b")).isEqualTo(OK);
        assertThat(hub.content("b")).isEqualTo("x");
        assertThat(hub.topics())
                .containsExactly("file.created/a", "file.created/b", "file.updated/b", "file.deleted/a");
    }

    @Test
    void shouldMakeAndRemoveDirectories() {
        assertThat(channel.path(14, "d")).isEqualTo(OK);
        assertThat(channel.path(14, "d")).isEqualTo(FAILURE);
        assertThat(channel.size("d")).isEqualTo(-2);
        channel.put("d/a", "x");
        assertThat(channel.path(15, "d")).isEqualTo(FAILURE);
        assertThat(channel.remove("d")).isEqualTo(FAILURE);
        assertThat(channel.remove("d/a")).isEqualTo(OK);
        assertThat(channel.path(15, "d")).isEqualTo(OK);
        assertThat(channel.size("d")).isEqualTo(-1);
        assertThat(channel.remove("d")).isEqualTo(NO_SUCH_FILE);
    }

    @Test
    void shouldListLongDirectories() {
        for (int i = 0; i < 1_234; i++) {
            hub.store.put("d/" + i, "x");
        }
        assertThat(channel.list("d")).hasSize(1_234).doesNotHaveDuplicates();
        assertThat(channel.path(11, "e")).isEqualTo(NO_SUCH_FILE);
    }

    @Test
    void shouldNotLeaveTheRoot() {
        Answer answer = channel.request(channel.begin(16).text("../../etc/./passwd/.."));
        assertThat(answer.body().getInt()).isEqualTo(1);
        assertThat(answer.text()).isEqualTo("/etc");
        answer = channel.request(channel.extended("expand-path@openssh.com").text("~/a"));
        answer.body().getInt();
        assertThat(answer.text()).isEqualTo("/a");
    }

    @Test
    void shouldHaveNoLinks() {
        assertThat(channel.path(19, "a")).isEqualTo(UNSUPPORTED);
        assertThat(channel.request(channel.begin(20).text("a").text("b")).status())
                .isEqualTo(UNSUPPORTED);
        assertThat(channel.request(channel.extended("hardlink@openssh.com")
                                .text("a")
                                .text("b"))
                        .status())
                .isEqualTo(UNSUPPORTED);
        assertThat(channel.request(channel.extended("other@example.org")).status())
                .isEqualTo(UNSUPPORTED);
        assertThat(channel.request(channel.begin(99)).status()).isEqualTo(UNSUPPORTED);
    }

    @Test
    void shouldDenyWhatIsNotGranted() {
        hub.store.put("secret/a", "x");
        hub.users.with("bob", Action.READ, "open/", Action.CREATE, "inbox/bob/");
        TestChannel bob = hub.channel("bob");
        assertThat(bob.path(11, "secret")).isEqualTo(DENIED);
        assertThat(bob.path(11, "absent")).isEqualTo(DENIED);
        assertThat(bob.size("secret/a")).isEqualTo(-3);
        assertThat(bob.tryToOpen("secret/a", READ).status()).isEqualTo(DENIED);
        assertThat(bob.tryToOpen("secret/b", READ).status()).isEqualTo(DENIED);
        assertThat(bob.tryToOpen("secret/b", PUT).status()).isEqualTo(DENIED);
        assertThat(bob.remove("secret/a")).isEqualTo(DENIED);
        assertThat(bob.size("/")).isEqualTo(-2);
        assertThat(bob.size("inbox/bob")).isEqualTo(-2);
        assertThat(bob.put("inbox/bob/a", "x")).isEqualTo(OK);
        assertThat(bob.setTime("inbox/bob/a", 5)).isEqualTo(OK);
        assertThat(bob.tryToOpen("inbox/bob/a", PUT).status()).isEqualTo(DENIED);
        assertThat(bob.errors).last().asString().startsWith("datahub: inbox/bob/a: ");
    }

    @Test
    void shouldTellTheQuota() {
        hub.store.addQuota("q/", 40_960, 7);
        Answer answer = channel.request(channel.extended("statvfs@openssh.com").text("q"));
        assertThat(answer.type()).isEqualTo(EXTENDED_REPLY);
        assertThat(answer.body().getLong()).isEqualTo(4_096);
        assertThat(answer.body().getLong()).isEqualTo(4_096);
        assertThat(answer.body().getLong()).isEqualTo(10);

        String handle = channel.open("q/a", PUT);
        answer = channel.request(channel.extended("fstatvfs@openssh.com").text(handle));
        assertThat(answer.body().position(answer.body().position() + 16).getLong())
                .isEqualTo(10);
    }

    @Test
    void shouldCopyData() throws IOException {
        hub.store.put("a", "some text");
        String from = channel.open("a", READ);
        String to = channel.open("b", PUT);
        assertThat(channel.request(channel.extended("copy-data")
                                .text(from)
                                .int64(5)
                                .int64(0)
                                .text(to)
                                .int64(1))
                        .status())
                .isEqualTo(OK);
        assertThat(channel.request(channel.extended("fsync@openssh.com").text(to))
                        .status())
                .isEqualTo(OK);
        assertThat(channel.close(to)).isEqualTo(OK);
        assertThat(hub.content("b")).isEqualTo("\0text");
    }

    @Test
    void shouldCopyMuchDataInSteps() throws IOException {
        String text = "0123456789abcdef".repeat(200_000);
        hub.store.put("a", text);
        String from = channel.open("a", READ);
        String to = channel.open("b", PUT);
        Output output = new Output();

        channel.handler.handle(
                channel.extended("copy-data")
                        .text(from)
                        .int64(0)
                        .int64(0)
                        .text(to)
                        .int64(0)
                        .packet(),
                output);
        int steps = 0;
        while (channel.handler.isBusy()) {
            assertThat(output.size()).isZero();
            channel.handler.proceed(output);
            steps++;
        }
        assertThat(output.size()).isPositive();
        assertThat(steps).isGreaterThan(1);
        assertThat(channel.close(to)).isEqualTo(OK);
        assertThat(hub.content("b")).isEqualTo(text);
    }

    @Test
    void shouldRefuseTooManyHandles() {
        hub.store.put("a", "x");
        for (int i = 0; i < Handles.MAX; i++) {
            channel.open("a", READ);
        }
        assertThat(channel.tryToOpen("a", READ).status()).isEqualTo(FAILURE);
        channel.handler.end();
        assertThat(hub.store.open()).isZero();
    }

    @Test
    void shouldMakeALargeUploadLasting() throws IOException {
        String handle = channel.open("large", PUT);
        String piece = "x".repeat(1 << 18);
        for (long at = 0; at < OwnDrafts.LASTING_BYTES + piece.length(); at += piece.length()) {
            assertThat(channel.write(handle, at, piece)).isEqualTo(OK);
        }
        assertThat(hub.drafts.names()).hasSize(1);
        assertThat(hub.channel("ada").size("large")).isGreaterThan(OwnDrafts.LASTING_BYTES);
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(hub.topics()).containsExactly("file.created/large");
    }

    @Test
    void shouldAnswerMalformedRequests() {
        assertThat(channel.request(channel.begin(3).int32(100)).status()).isEqualTo(5);
        assertThat(channel.request(channel.begin(6).text("1").int64(-1).text("x"))
                        .status())
                .isEqualTo(5);
        assertThat(channel.request(channel.begin(17).data(new byte[] {(byte) 0xff}))
                        .status())
                .isEqualTo(5);
        assertThat(channel.path(17, "a\\b")).isEqualTo(FAILURE);
    }
}
