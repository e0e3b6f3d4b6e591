package io.datahub.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Which errors say that nothing was changed. */
final class RefusalTest {

    private static SQLException error(String severity, String state) {
        return new PSQLException(new ServerErrorMessage("S" + severity + "\0C" + state + "\0Mx\0"));
    }

    private static boolean isRefusal(String severity, String state) {
        return Database.isRefusal(error(severity, state), false);
    }

    @Test
    void shouldTakeAnErrorForARefusalInAnyLanguage() {
        assertThat(isRefusal("ERROR", "P0001")).isTrue();
        assertThat(isRefusal("FEHLER", "55P03")).isTrue();
        assertThat(isRefusal("ERREUR", "57014")).isTrue();
    }

    @Test
    void shouldNotKnowWhatBecameOfAStatementWhenTheSessionHasEnded() {
        assertThat(isRefusal("FATAL", "57P01")).isFalse();
        assertThat(isRefusal("FEHLER", "08006")).isFalse();
        assertThat(Database.isRefusal(error("PANIK", "53100"), true)).isFalse();
        assertThat(Database.isRefusal(new PSQLException("lost", null), false)).isFalse();
        assertThat(Database.isRefusal(new SQLException("lost", "P0001"), false)).isFalse();
    }
}
