package io.datahub.store.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.store.core.PathLocks.Held;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PathLocksTest {

    private static final RecordPath A = RecordPath.of("a");
    private static final RecordPath B = RecordPath.of("b");

    private final PathLocks locks = new PathLocks();

    /** Whether another thread gets the lock of a path. */
    private boolean isFree(RecordPath path) {
        return CompletableFuture.supplyAsync(() -> {
                    Optional<Held> held = locks.tryToHold(path);
                    held.ifPresent(Held::close);
                    return held.isPresent();
                })
                .join();
    }

    @Test
    @SuppressWarnings("try")
    void shouldTakeALockOnlyIfNoOtherThreadHasIt() {
        try (Held held = locks.hold(A)) {
            assertThat(isFree(A)).isFalse();
            assertThat(isFree(B)).isTrue();
            assertThat(locks.tryToHold(A)).hasValueSatisfying(Held::close);
            assertThat(isFree(A)).isFalse();
        }
        assertThat(isFree(A)).isTrue();
        try (Held all = locks.holdAll()) {
            assertThat(isFree(A)).isFalse();
            assertThat(locks.tryToHold(A)).hasValueSatisfying(Held::close);
        }
        assertThat(isFree(A)).isTrue();
    }
}
