package io.datahub.launcher.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.PrivilegedAction;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.concurrent.CompletableFuture;
import javax.security.auth.Subject;
import org.junit.jupiter.api.Test;

class InheritedSubjectTest {

    private final Subject outer = new Subject();
    private final Subject inner = new Subject();

    @Test
    void shouldBindToThreadsThatTheActionCreates() {
        Subject seen = InheritedSubject.doAs(outer, (PrivilegedAction<Subject>) () -> {
            CompletableFuture<Subject> other = new CompletableFuture<>();
            new Thread(() -> other.complete(InheritedSubject.getSubject(null))).start();
            return other.join();
        });

        assertThat(seen).isSameAs(outer);
        assertThat(InheritedSubject.getSubject(null)).isNull();
    }

    @Test
    void shouldRestoreTheOuterSubjectAfterAnException() {
        InheritedSubject.doAs(outer, (PrivilegedAction<Void>) () -> {
            assertThatThrownBy(() -> InheritedSubject.doAs(inner, (PrivilegedExceptionAction<Void>) () -> {
                        throw new IOException("gone");
                    }))
                    .isInstanceOf(PrivilegedActionException.class)
                    .hasRootCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> InheritedSubject.doAs(inner, (PrivilegedExceptionAction<Void>) () -> {
                        throw new IllegalStateException("gone");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(InheritedSubject.getSubject(null)).isSameAs(outer);
            return null;
        });
    }
}
