package io.datahub.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

final class PostgresSourceTest {

    private static final String URL = "jdbc:postgresql://one:5433,two/db";

    @TempDir
    Path folder;

    private PGSimpleDataSource source(String url) throws IOException {
        return PostgresSource.create(url, new SecretFiles(folder.toString()), "hub1");
    }

    @Test
    void shouldLookForThePrimaryAmongAllServersAndNotWaitForEver() throws IOException {
        PGSimpleDataSource source = source(URL);

        assertThat(source.getServerNames()).containsExactly("one", "two");
        assertThat(source.getPortNumbers()).containsExactly(5433, 5432);
        assertThat(source.getDatabaseName()).isEqualTo("db");
        assertThat(source.getTargetServerType()).isEqualTo("primary");
        assertThat(source.getConnectTimeout()).isPositive();
        assertThat(source.getSocketTimeout()).isPositive();
        assertThat(source.getApplicationName()).isEqualTo("datahub-hub1");
        assertThat(source.getCurrentSchema()).isEqualTo("datahub");
    }

    @Test
    void shouldLetPropertiesOfTheUrlPrevail() throws IOException {
        PGSimpleDataSource source = source(URL + "?socketTimeout=77&currentSchema=mine&sslmode=require");

        assertThat(source.getSocketTimeout()).isEqualTo(77);
        assertThat(source.getCurrentSchema()).isEqualTo("mine");
        assertThat(source.getProperty(PGProperty.SSL_MODE)).isEqualTo("require");
    }

    @Test
    void shouldReadSecretsAndVerifyTheServer() throws IOException {
        Files.writeString(folder.resolve("ledger.user"), "ann\n");
        Files.writeString(folder.resolve("ledger.password"), "secret\n");
        Path authorities = Files.writeString(folder.resolve("ledger.ca.pem"), "-");
        PGSimpleDataSource source = source(URL + "?user=bob");

        assertThat(source.getUser()).isEqualTo("ann");
        assertThat(source.getPassword()).isEqualTo("secret");
        assertThat(source.getProperty(PGProperty.SSL_MODE)).isEqualTo("verify-full");
        assertThat(source.getProperty(PGProperty.SSL_ROOT_CERT)).isEqualTo(authorities.toString());
    }

    @Test
    void shouldShowTheServersWithoutAPassword() {
        assertThat(PostgresSource.shown(URL + "?password=secret")).isEqualTo(URL);
        assertThat(PostgresSource.shown(URL)).isEqualTo(URL);
    }

    @Test
    void shouldRefuseAnotherKindOfUrl() {
        assertThatThrownBy(() -> source("jdbc:mysql://one/db")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> source("jdbc:postgresql://user:secret@one/db"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
    }
}
