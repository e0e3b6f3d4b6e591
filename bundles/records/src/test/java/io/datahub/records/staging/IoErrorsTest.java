package io.datahub.records.staging;

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

    private static Refusal refusal(IOException failure) throws IOException {
        return IoErrors.translate(() -> {
                    throw failure;
                })
                .refusal()
                .orElseThrow();
    }

    @Test
    void shouldRecognizeAFullDisk() throws Exception {
        assertThat(refusal(new IOException("No space left on device")).reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(refusal(new IOException("state", new FileSystemException("/h/x", null, "Disk quota exceeded")))
                        .reason())
                .isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void shouldRecognizeAReadOnlyDiskWithoutNamingAPath() throws Exception {
        for (IOException failure : new IOException[] {
            new FileSystemException("/home/secret/x", null, "Read-only file system"),
            new IOException("state", new AccessDeniedException("/home/secret/x")),
            new FileSystemException("/home/secret/x", null, "Operation not permitted")
        }) {
            Refusal refusal = refusal(failure);
            assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(refusal.detail()).contains("read-only").doesNotContain("secret");
            assertThat(refusal.retryAfter()).isPositive();
        }
    }

    @Test
    void shouldReportUnknownErrorsWithoutDetails() throws Exception {
        assertThat(refusal(new IOException("/home/secret: Input/output error")).detail())
                .doesNotContain("secret");
    }

    @Test
    void shouldRethrowAnInterruption() {
        assertThatThrownBy(() -> refusal(new InterruptedIOException("stop")))
                .isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void shouldReturnResultsUnchanged() throws Exception {
        assertThat(IoErrors.translate(() -> Result.done("x")).get()).isEqualTo("x");
    }

    @Test
    void shouldReportExhaustedFileDescriptors() {
        var failure = new java.nio.file.FileSystemException("/hub/x", null, "Too many open files");

        assertThat(IoErrors.refusal(failure).detail()).contains("file descriptors", "LimitNOFILE");
        assertThat(IoErrors.refusal(new java.io.IOException(failure)).detail()).contains("file descriptors");
    }
}
