package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadyMessageTest {

    @TempDir
    Path root;

    private List<String> lines() throws Exception {
        HubHome home = new HubHome(root);
        home.prepare();
        return new ReadyMessage(home, Endpoints.read(home.etc(), Map.of()), Duration.ofSeconds(3)).lines();
    }

    @Test
    void shouldSayWhereTheHubListensAndWhereItsFilesAndTheFirstTokenAre() throws Exception {
        assertThat(lines())
                .contains("Datahub is ready after 3.0 s.", "  HTTP, WebSocket  http://127.0.0.1:8480/")
                .contains("  files            " + root.resolve("files"))
                .noneMatch(line -> line.contains("first token"));
        Path token = Files.writeString(root.resolve("admin.token"), "dh_secret");
        assertThat(lines()).contains("  first token      " + token).noneMatch(line -> line.contains("dh_secret"));
    }

    @Test
    void shouldSayThatAHubOfAClusterServesNoFilesOfItsHome() throws Exception {
        Path etc = Files.createDirectories(root.resolve("etc"));
        Files.writeString(etc.resolve("io.datahub.cluster.cfg"), "ledger = jdbc:postgresql://pg1/datahub\n");
        assertThat(lines())
                .contains("  files            in the cluster; those in " + root.resolve("files") + " aren't served");
    }
}
