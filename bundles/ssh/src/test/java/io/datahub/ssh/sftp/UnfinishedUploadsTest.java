package io.datahub.ssh.sftp;

import static io.datahub.ssh.sftp.TestChannel.APPEND;
import static io.datahub.ssh.sftp.TestChannel.CREATE;
import static io.datahub.ssh.sftp.TestChannel.PUT;
import static io.datahub.ssh.sftp.TestChannel.READ;
import static io.datahub.ssh.sftp.TestChannel.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.ssh.sftp.file.OwnDrafts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of uploads that were cut, refused, given up, or taken over. */
class UnfinishedUploadsTest {

    private static final int OK = 0;
    private static final int FAILURE = 4;
    private static final int FSETSTAT = 10;
    private static final int HAS_SIZE = 1;

    private final TestChannel.Hub hub = new TestChannel.Hub();
    private final TestChannel channel = hub.channel("ada");
    private final TestChannel later = hub.channel("ada");

    /** Some of another file, cut before it is closed. */
    private void cut(String path, String bytes) {
        TestChannel first = hub.channel("ada");
        first.write(first.open(path, PUT), 0, bytes);
        first.handler.end();
    }

    private int setSize(TestChannel by, String handle, long size) {
        return by.request(by.begin(FSETSTAT).text(handle).int32(HAS_SIZE).int64(size))
                .status();
    }

    private String large() {
        String handle = channel.open("large", PUT);
        String piece = "x".repeat(1 << 18);
        for (long at = 0; at <= OwnDrafts.LASTING_BYTES; at += piece.length()) {
            channel.write(handle, at, piece);
        }
        assertThat(hub.drafts.names()).hasSize(1);
        return handle;
    }

    /** Adds a validator that fails while it is down. */
    private void addValidator(AtomicBoolean isDown) {
        hub.store.addValidator(new ValidatorId("busy", "1.0.0"), "**", candidate -> {
            if (isDown.get()) {
                throw new IOException("down");
            }
            return Verdict.accept();
        });
    }

    @BeforeEach
    void nothingIsThere() {
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldNotStoreACutUploadThatIsOnlyOpened() throws IOException {
        cut("a", "part");
        String handle = later.open("a", WRITE | CREATE);
        assertThat(later.close(handle)).isEqualTo(FAILURE);
        assertThat(hub.topics()).isEmpty();
        assertThat(later.size("a")).isEqualTo(2);

        handle = later.open("a", WRITE);
        assertThat(later.write(handle, 2, "rt whole")).isEqualTo(OK);
        assertThat(later.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("part whole");
    }

    @Test
    void shouldNotStoreACutUploadOfWhichOnlyTheBeginningIsChanged() {
        cut("a", "12345678");
        String handle = later.open("a", READ | WRITE);
        assertThat(later.read(handle, 0)).isEqualTo("1234567");
        assertThat(later.write(handle, 0, "head")).isEqualTo(OK);
        assertThat(later.close(handle)).isEqualTo(FAILURE);
        assertThat(later.errors).last().asString().contains("cut at byte 7");
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldNotLeaveAHoleAfterACutUpload() {
        cut("a", "1234");
        String handle = later.open("a", WRITE);
        assertThat(later.write(handle, 9, "x")).isEqualTo(FAILURE);
    }

    @Test
    void shouldReplaceACutUploadByAShorterFileWithoutTruncation() throws IOException {
        cut("a", "12345678");
        String handle = later.open("a", WRITE | CREATE);
        later.write(handle, 0, "new");
        assertThat(setSize(later, handle, 3)).isEqualTo(OK);
        assertThat(later.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("new");
        assertThat(hub.drafts.list(hub.users.login("ada").user(), RecordPath.ROOT))
                .isEmpty();
    }

    @Test
    void shouldAppendWhereTheClientSeesTheEnd() throws IOException {
        cut("a", "1234");
        String handle = later.open("a", WRITE | APPEND);
        later.write(handle, 0, "45");
        assertThat(later.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("12345");
    }

    @Test
    void shouldChangeThePresentVersionAndNotACutUpload() throws IOException {
        hub.store.put("a", "present version");
        cut("a", "other");
        String handle = later.open("a", READ | WRITE);
        assertThat(later.write(handle, 5, "XX")).isEqualTo(OK);
        assertThat(later.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("preseXX version");
    }

    @Test
    void shouldLeaveTheUploadToTheConnectionThatHasTakenItOver() throws IOException {
        String first = large();
        long size = later.size("large");
        String second = later.open("large", WRITE);
        assertThat(later.write(second, size, "xy")).isEqualTo(OK);

        assertThat(channel.close(first)).isEqualTo(FAILURE);

        assertThat(later.write(second, size + 2, "z")).isEqualTo(OK);
        assertThat(later.close(second)).isEqualTo(OK);
        assertThat(hub.content("large")).hasSize((int) size + 3).endsWith("xxyz");
    }

    @Test
    void shouldKeepALargeUploadIfValidatorsAreUnavailable() throws IOException {
        AtomicBoolean isDown = new AtomicBoolean(true);
        addValidator(isDown);
        assertThat(channel.close(large())).isEqualTo(FAILURE);
        assertThat(channel.errors).last().asString().contains("bytes are kept");
        isDown.set(false);

        long size = later.size("large");
        String handle = later.open("large", WRITE);
        later.write(handle, size, "x");
        assertThat(later.close(handle)).isEqualTo(OK);
        assertThat(hub.content("large")).hasSize((int) size + 1);
    }

    @Test
    void shouldDiscardTheUploadThatIsRemovedAfterARefusedOne() throws IOException {
        hub.store.put("a", "good");
        assertThat(channel.put("a", "wrong")).isEqualTo(FAILURE);
        String handle = channel.open("a", PUT);
        channel.write(handle, 0, "half");
        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("good");

        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(hub.topics()).last().isEqualTo("file.deleted/a");
    }

    @Test
    void shouldRemoveAVersionThatIsNewerThanARefusedUpload() {
        hub.store.put("a", "good");
        assertThat(channel.put("a", "wrong")).isEqualTo(FAILURE);
        hub.store.put("a", "newer");
        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(hub.topics()).last().isEqualTo("file.deleted/a");
    }

    @Test
    void shouldDiscardAllUploadsOfARemovedPath() {
        String first = channel.open("a", PUT);
        String second = channel.open("a", PUT);
        channel.write(first, 0, "1");
        channel.write(second, 0, "2");
        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(channel.close(first)).isEqualTo(OK);
        assertThat(channel.close(second)).isEqualTo(OK);
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldRemoveWhatAnotherConnectionIsWriting() {
        String handle = large();
        assertThat(later.remove("large")).isEqualTo(OK);
        assertThat(channel.close(handle)).isEqualTo(FAILURE);
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.drafts.names()).isEmpty();
    }

    @Test
    void shouldLeaveUploadsOverOtherProtocolsAlone() throws IOException {
        User ada = hub.users.login("ada").user();
        WriteRequest request = new WriteRequest(ada, "test", RecordPath.of("a"));
        String name =
                hub.drafts.create(request, Map.of("transport", "tus")).get().name();
        try (Draft draft = hub.drafts.resume(request, name, Remaining.RECEIVED).get()) {
            draft.append(ByteBuffer.wrap("part".getBytes(StandardCharsets.UTF_8)));

            assertThat(channel.size("a")).isEqualTo(-1);
            assertThat(channel.list("/")).isEmpty();
            assertThat(channel.remove("a")).isEqualTo(2);
            assertThat(channel.put("a", "text")).isEqualTo(OK);
            assertThat(channel.remove("a")).isEqualTo(OK);

            assertThat(draft.append(ByteBuffer.wrap("more".getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
        }
        assertThat(hub.drafts.names()).contains(name);
    }

    @Test
    void shouldKeepTheTimeThatAnotherConnectionHasSet() {
        channel.put("a.partial", "text");
        channel.setTime("a.partial", 1_000);
        assertThat(later.modified("a.partial")).isEqualTo(1_000);
        assertThat(later.rename("a.partial", "a")).isEqualTo(OK);
        assertThat(channel.modified("a")).isEqualTo(1_000);
    }

    @Test
    void shouldRenameATemporaryFileBeforeItIsClosed() throws IOException {
        String handle = channel.open(".a.x1Y2z3", PUT);
        channel.write(handle, 0, "text");
        assertThat(channel.rename(".a.x1Y2z3", "a")).isEqualTo(OK);
        assertThat(channel.write(handle, 4, "more")).isEqualTo(FAILURE);
        assertThat(channel.close(handle)).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("text");
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldReadATemporaryFileMoreThanOnceAtATime() {
        channel.put("a.partial", "text");
        String first = channel.open("a.partial", READ);
        String second = later.open("a.partial", READ);
        assertThat(later.read(second, 0)).isEqualTo("text");
        assertThat(channel.read(first, 0)).isEqualTo("text");
        assertThat(later.rename("a.partial", "a")).isEqualTo(OK);
        assertThat(channel.read(first, 0)).isNull();
    }

    @Test
    void shouldGiveATemporaryFileBackIfItCannotBeStoredNow() throws IOException {
        AtomicBoolean isDown = new AtomicBoolean(true);
        addValidator(isDown);
        channel.put("a.filepart", "text");
        assertThat(channel.rename("a.filepart", "a")).isEqualTo(FAILURE);
        assertThat(channel.list("/")).containsExactly("a.filepart");
        isDown.set(false);
        assertThat(channel.rename("a.filepart", "a")).isEqualTo(OK);
        assertThat(hub.content("a")).isEqualTo("text");
    }

    @Test
    void shouldKeepWhatIsRemovedBeforeARenameThatFails() throws IOException {
        AtomicBoolean isDown = new AtomicBoolean();
        addValidator(isDown);
        hub.store.put("a", "old");
        channel.put("a.filepart", "new");
        channel.remove("a");
        isDown.set(true);
        assertThat(channel.rename("a.filepart", "a")).isEqualTo(FAILURE);
        channel.handler.end();
        assertThat(hub.content("a")).isEqualTo("old");

        isDown.set(false);
        hub.store.put("c", "old");
        later.put("c.filepart", "new");
        later.remove("c");
        isDown.set(true);
        assertThat(later.rename("c.filepart", "c")).isEqualTo(FAILURE);
        isDown.set(false);
        assertThat(later.rename("c.filepart", "c")).isEqualTo(OK);
        assertThat(hub.content("c")).isEqualTo("new");
    }

    @Test
    void shouldHoldARemovalOnlyForAnUploadOfThisChannel() {
        hub.store.put("data", "x");
        hub.store.put("a", "x");
        later.put("a.filepart", "new");
        channel.put("mydata.filepart", "new");
        assertThat(channel.remove("a")).isEqualTo(OK);
        assertThat(channel.remove("data")).isEqualTo(OK);
        assertThat(hub.topics()).contains("file.deleted/a", "file.deleted/data");
    }

    @Test
    void shouldRemoveADirectoryWhoseFilesWereRemoved() {
        hub.store.put("d/a", "x");
        channel.put("d/a.filepart", "new");
        assertThat(channel.remove("d/a")).isEqualTo(OK);
        assertThat(channel.path(15, "d")).isEqualTo(FAILURE);
        assertThat(channel.remove("d/a.filepart")).isEqualTo(OK);
        assertThat(channel.path(15, "d")).isEqualTo(OK);
        assertThat(hub.topics()).containsExactly("file.created/d/a", "file.deleted/d/a");
    }

    @Test
    void shouldMoveADirectoryWithoutWhatWasRemovedAndWithUnfinishedFiles() throws IOException {
        hub.store.put("d/a", "x");
        hub.store.put("d/b", "y");
        channel.put("d/a.filepart", "new");
        channel.remove("d/a");
        assertThat(channel.rename("d", "e")).isEqualTo(OK);
        assertThat(channel.list("e")).containsExactlyInAnyOrder("a.filepart", "b");
        assertThat(channel.rename("e/a.filepart", "e/a")).isEqualTo(OK);
        assertThat(hub.content("e/a")).isEqualTo("new");
    }

    @Test
    void shouldNotReplaceAVersionThatCameAfterARemoval() throws IOException {
        hub.store.put("a", "old");
        channel.put("a.filepart", "new");
        channel.remove("a");
        hub.store.put("a", "of another");
        assertThat(channel.rename("a.filepart", "a")).isEqualTo(FAILURE);
        assertThat(hub.content("a")).isEqualTo("of another");
    }

    @Test
    void shouldNotRemoveForAUserWhoIsGone() {
        hub.store.put("a", "old");
        channel.put("a.filepart", "new");
        channel.remove("a");
        hub.users.without("ada");
        channel.handler.end();
        assertThat(hub.topics()).containsExactly("file.created/a");
    }

    @Test
    void shouldHideTheSizeFromThoseWhoMayNotRead() {
        hub.store.put("secret", "12345");
        hub.users.with("bob", Action.WRITE, "");
        TestChannel bob = hub.channel("bob");
        String handle = bob.open("secret", WRITE);
        assertThat(bob.sizeOf(handle)).isZero();
    }
}
