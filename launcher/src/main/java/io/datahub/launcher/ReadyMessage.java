package io.datahub.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The message that the hub prints when it is ready: the addresses it listens on, the location of its files, and a
 * command to try. Never contains a token.
 */
record ReadyMessage(HubHome home, Endpoints endpoints, Duration took) {

    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("Datahub is ready after %.1f s.", took.toMillis() / 1_000.0));
        lines.add("  HTTP, WebSocket  http://" + endpoints.http() + "/");
        endpoints.https().ifPresent(https -> lines.add("  HTTPS, WSS       https://" + https + "/"));
        lines.add("  ZeroMQ           tcp://" + endpoints.zeromq());
        if (Files.isReadable(home.curveKey())) {
            lines.add("  CURVE key        " + Files.readString(home.curveKey()).strip());
        }
        endpoints.ssh().ifPresent(ssh -> lines.add("  SFTP, SCP        sftp://" + ssh));
        lines.add("  console          datahub console (or SSH to " + endpoints.console() + ")");
        endpoints
                .jmx()
                .ifPresent(jmx -> lines.add("  JMX              service:jmx:rmi:///jndi/rmi://" + jmx + "/jmxrmi"));
        lines.add("  home             " + home.root());
        lines.add("  files            " + files());
        if (Files.exists(home.adminToken())) {
            lines.add("  first token      " + home.adminToken());
            lines.add("  try              curl -u \"admin:$(cat " + quote(home.adminToken()) + ")\" http://"
                    + endpoints.http().reachable() + "/whoami");
        } else {
            lines.add("  try              curl -u admin http://"
                    + endpoints.http().reachable() + "/whoami");
        }
        return lines;
    }

    private String files() throws IOException {
        ConfigFile cluster = ConfigFile.read(home.etc().resolve("io.datahub.cluster.cfg"), System.getenv());
        return cluster.get("ledger", "").isBlank()
                ? home.files().toString()
                : "in the cluster; those in " + home.files() + " aren't served";
    }

    private static String quote(Path file) {
        return "'" + file.toString().replace("'", "'\\''") + "'";
    }
}
