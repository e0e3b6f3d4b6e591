package io.datahub.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class IoErrorsTest {

    private static Refusal told(IOException failure) throws IOException {
        return IoErrors.told(() -> {
                    throw failure;
                })
                .refusal()
                .orElseThrow();
    }

    @Test
    void shouldTellAFullDisk() throws Exception {
        assertThat(told(new IOException("No space left on device")).reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(told(new IOException("state", new FileSystemException("/h/x", null, "Disk quota exceeded")))
                        .reason())
                .isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void shouldTellAReadOnlyDiskAndNameNoFolder() throws Exception {
        for (IOException failure : new IOException[] {
            new FileSystemException("/home/secret/x", null, "Read-only file system"),
            new IOException("state", new AccessDeniedException("/home/secret/x")),
            new FileSystemException("/home/secret/x", null, "Operation not permitted")
        }) {
            Refusal refusal = told(failure);
            assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(refusal.detail()).contains("read-only").doesNotContain("secret");
            assertThat(refusal.retryAfter()).isPositive();
        }
    }

    @Test
    void shouldTellWhatItDoesNotKnowWithoutDetails() throws Exception {
        assertThat(told(new IOException("/home/secret: Input/output error")).detail())
                .doesNotContain("secret");
    }

    @Test
    void shouldHandOnAnInterrupt() {
        assertThatThrownBy(() -> told(new InterruptedIOException("stop"))).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void shouldLeaveResultsAlone() throws Exception {
        assertThat(IoErrors.told(() -> Result.done("x")).get()).isEqualTo("x");
    }

    @Test
    void shouldNameDescriptorsThatHaveRunOut() {
        var failure = new java.nio.file.FileSystemException("/hub/x", null, "Too many open files");

        assertThat(IoErrors.refusal(failure).detail()).contains("file descriptors", "LimitNOFILE");
        assertThat(IoErrors.refusal(new java.io.IOException(failure)).detail()).contains("file descriptors");
    }
}
