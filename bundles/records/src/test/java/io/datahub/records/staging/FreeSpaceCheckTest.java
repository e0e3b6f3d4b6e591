package io.datahub.records.staging;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.test.Configurations;
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

    private static final StoreSettings SETTINGS =
            StoreSettings.of(Configurations.of(StoreConfiguration.class, "reserveBytes", 1L << 20));

    private static final long MIB = 1 << 20; // also the reserve
    private static final int CHUNK = 1 << 16;

    @TempDir
    private Path folder;

    private long usable = 81 * MIB;

    private FreeSpaceCheck freeSpace() {
        return new FreeSpaceCheck(List.of(folder), () -> SETTINGS, disk -> usable);
    }

    private static FreeSpaceCheck.Share share(FreeSpaceCheck freeSpace, String path, OptionalLong length) {
        return freeSpace.share(
                new WriteRequest(User.HUB, "test", RecordPath.of(path), Precondition.NONE, length, Map.of()));
    }

    private static FreeSpaceCheck.Share share(FreeSpaceCheck freeSpace) {
        return share(freeSpace, "a", OptionalLong.empty());
    }

    private static boolean fits(FreeSpaceCheck.Share share, long from) throws IOException {
        Optional<Refusal> refusal = share.reserve(from, CHUNK);
        refusal.ifPresent(found -> assertThat(found.reason()).isEqualTo(Reason.NO_ROOM));
        return refusal.isEmpty();
    }

    @Test
    void shouldNotReserveMoreThanThereIsForConcurrentUploads() throws Exception {
        FreeSpaceCheck freeSpace = freeSpace();
        List<FreeSpaceCheck.Share> shares = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            shares.add(share(freeSpace));
            assertThat(fits(shares.get(i), 0)).isTrue();
        }

        assertThat(fits(share(freeSpace), 0)).as("all 80 MiB are granted").isFalse();
        assertThat(freeSpace.refuse(0)).as("nothing more is wanted").isEmpty();
        assertThat(freeSpace.refuse(1)).isPresent();

        shares.get(0).close();
        shares.get(0).close();
        assertThat(fits(share(freeSpace), 0)).isTrue();
        assertThat(fits(share(freeSpace), 0)).isFalse();
    }

    @Test
    void shouldNotCountWrittenBytesTwice() throws Exception {
        FreeSpaceCheck freeSpace = freeSpace();
        FreeSpaceCheck.Share share = share(freeSpace);
        long from = 0;
        while (fits(share, from)) {
            from += CHUNK;
            usable -= CHUNK;
        }

        assertThat(from).as("all but the reserve").isEqualTo(80 * MIB);
        usable = 2 * MIB;
        share.close();
        assertThat(freeSpace.refuse(MIB)).as("nothing is granted any more").isEmpty();
        assertThat(freeSpace.refuse(MIB + 1)).isPresent();
    }

    @Test
    void shouldKeepHolesReservedUntilTheUploadEnds() throws Exception {
        FreeSpaceCheck freeSpace = freeSpace();
        FreeSpaceCheck.Share share = share(freeSpace);
        assertThat(fits(share, 0)).isTrue();

        for (int i = 0; i < 2; i++) {
            assertThat(share.reserveHole(CHUNK, 60 * MIB))
                    .as("again after cutting it off")
                    .isEmpty();
        }
        assertThat(fits(share, 60 * MIB)).isTrue();

        assertThat(freeSpace.refuse(21 * MIB)).isPresent();
        share.close();
        assertThat(freeSpace.refuse(80 * MIB)).isEmpty();
    }

    @Test
    void shouldReserveNoMoreThanTheAnnouncedLength() throws Exception {
        FreeSpaceCheck freeSpace = freeSpace();
        for (int i = 0; i < 1_280; i++) {
            assertThat(fits(share(freeSpace, "a", OptionalLong.of(CHUNK)), 0)).isTrue();
        }

        assertThat(fits(share(freeSpace, "a", OptionalLong.of(CHUNK)), 0)).isFalse();
    }

    @Test
    void shouldReserveTheRemainingSpaceForASmallUpload() throws Exception {
        usable = MIB + CHUNK;

        assertThat(fits(share(freeSpace()), 0)).isTrue();
    }

    @Test
    void shouldAllowTheUsersFileToUseTheReserve() throws Exception {
        usable = MIB;
        FreeSpaceCheck freeSpace = freeSpace();

        assertThat(fits(share(freeSpace), 0)).isFalse();
        assertThat(fits(share(freeSpace, "broker_users.xml", OptionalLong.empty()), 0))
                .isTrue();
        assertThat(freeSpace.hasMinimum()).isTrue();
        usable = CHUNK;
        assertThat(freeSpace.hasMinimum()).isFalse();
    }
}
