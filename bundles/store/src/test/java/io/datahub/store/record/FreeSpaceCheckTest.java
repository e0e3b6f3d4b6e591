package io.datahub.store.record;

import static io.datahub.store.record.TestHub.ADMIN;
import static io.datahub.store.record.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceCheckTest {

    private static final long MIB = 1 << 20; // the reserve, too
    private static final int CHUNK = 1 << 16;

    @TempDir
    private Path folder;

    private long usable = 81 * MIB;

    private FreeSpaceCheck room() {
        return new FreeSpaceCheck(List.of(folder), () -> TestHub.SETTINGS, disk -> usable);
    }

    private static FreeSpaceCheck.Share share(FreeSpaceCheck room, String path, OptionalLong length) {
        return room.share(new WriteRequest(ADMIN, "test", path(path), Precondition.NONE, length, Map.of()));
    }

    private static FreeSpaceCheck.Share share(FreeSpaceCheck room) {
        return share(room, "a", OptionalLong.empty());
    }

    private static boolean fits(FreeSpaceCheck.Share share, long from) throws IOException {
        Optional<Refusal> refusal = share.want(from, CHUNK);
        refusal.ifPresent(found -> assertThat(found.reason()).isEqualTo(Reason.NO_ROOM));
        return refusal.isEmpty();
    }

    @Test
    void shouldNotGrantManyAtOnceMoreThanThereIs() throws Exception {
        FreeSpaceCheck room = room();
        List<FreeSpaceCheck.Share> shares = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            shares.add(share(room));
            assertThat(fits(shares.get(i), 0)).isTrue();
        }

        assertThat(fits(share(room), 0)).as("all 80 MiB are granted").isFalse();
        assertThat(room.refuse(0)).as("nothing more is wanted").isEmpty();
        assertThat(room.refuse(1)).isPresent();

        shares.get(0).close();
        shares.get(0).close();
        assertThat(fits(share(room), 0)).isTrue();
        assertThat(fits(share(room), 0)).isFalse();
    }

    @Test
    void shouldCountNothingTwiceThatIsWritten() throws Exception {
        FreeSpaceCheck room = room();
        FreeSpaceCheck.Share share = share(room);
        long from = 0;
        while (fits(share, from)) {
            from += CHUNK;
            usable -= CHUNK;
        }

        assertThat(from).as("all but the reserve").isEqualTo(80 * MIB);
        usable = 2 * MIB;
        share.close();
        assertThat(room.refuse(MIB)).as("nothing is granted any more").isEmpty();
        assertThat(room.refuse(MIB + 1)).isPresent();
    }

    @Test
    void shouldGrantNoMoreThanTheLengthThatWasAnnounced() throws Exception {
        FreeSpaceCheck room = room();
        for (int i = 0; i < 1_280; i++) {
            assertThat(fits(share(room, "a", OptionalLong.of(CHUNK)), 0)).isTrue();
        }

        assertThat(fits(share(room, "a", OptionalLong.of(CHUNK)), 0)).isFalse();
    }

    @Test
    void shouldGrantTheLastBitToWhoWantsLittle() throws Exception {
        usable = MIB + CHUNK;

        assertThat(fits(share(room()), 0)).isTrue();
    }

    @Test
    void shouldLetTheUsersFileHaveTheReserve() throws Exception {
        usable = MIB;
        FreeSpaceCheck room = room();

        assertThat(fits(share(room), 0)).isFalse();
        assertThat(fits(share(room, "broker_users.xml", OptionalLong.empty()), 0))
                .isTrue();
        assertThat(room.isThere()).isTrue();
        usable = CHUNK;
        assertThat(room.isThere()).isFalse();
    }
}
