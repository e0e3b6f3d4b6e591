package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The main use case of Datahub end to end, on the distribution as shipped. */
class StoryIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final String[] TOPICS = {"build.", "file."};
    private static final String TESTER = "a token of the tester, of enough characters";
    private static final String JENKINS = "a token of jenkins, of enough characters";

    @Test
    void shouldTransferEventsAndFilesBetweenClientsUntilATokenIsRevoked() throws Exception {
        try (Hub hub = Hub.started()) {
            Http admin = new Http(hub, hub.adminToken());
            String users = admin.get("/files/broker_users.xml").body();
            String extendedUsers = users.replace(
                    "</broker-users>",
                    user("jenkins", JENKINS, "<allow publish=\"build.\" read=\"builds/\" write=\"builds/\"/>")
                            + user("tester", TESTER, "<allow subscribe=\"build.\" read=\"builds/\"/>")
                            + "</broker-users>");
            assertThat(admin.put("/files/broker_users.xml", extendedUsers).statusCode())
                    .isEqualTo(200);
            addXmlValidator(hub, admin);

            Heard byZeromq = new Heard();
            Heard byWebSocket = new Heard();
            try (ZeromqClient subscriber = ZeromqClient.subscriber(hub, "tester", TESTER, byZeromq, TOPICS);
                    ZeromqClient publisher = ZeromqClient.publisher(hub, "jenkins", JENKINS)) {
                assertThat(subscriber).isNotNull();
                WebSocketClient browser = WebSocketClient.subscriber(hub, TESTER, byWebSocket, TOPICS);
                await("both listen").atMost(TIMEOUT).until(() -> {
                    publisher.publish("build.probe", "");
                    return byZeromq.contains("build.probe") && byWebSocket.contains("build.probe");
                });

                publisher.publish("build.started", "{\"job\":\"grün\"}");
                for (Heard received : List.of(byZeromq, byWebSocket)) {
                    assertThat(received.await("build.started")).isEqualTo("{\"job\":\"grün\"}");
                }
                uploadOverwriteAndDelete(new Http(hub, JENKINS), new Http(hub, TESTER));
                publisher.publish("build.done", "");
                for (Heard received : List.of(byZeromq, byWebSocket)) {
                    received.await("build.done");
                    received.await("file.deleted/builds/report.xml");
                    assertThat(received.topics())
                            .containsExactlyInAnyOrder(
                                    "build.started",
                                    "file.created/builds/report.xml",
                                    "file.updated/builds/report.xml",
                                    "file.deleted/builds/report.xml",
                                    "build.done");
                }
                assertUploadAnnounced(byZeromq, byWebSocket);

                assertThat(admin.put("/files/broker_users.xml", users).statusCode())
                        .isEqualTo(200);
                byZeromq.awaitEnd();
                byWebSocket.awaitEnd();
                assertThat(browser.closeCode()).isEqualTo(1008);
                await("the token stops working")
                        .atMost(ONE_SECOND)
                        .until(() -> new Http(hub, TESTER).get("/files/builds/").statusCode() == 401);
            }
        }
    }

    private static void uploadOverwriteAndDelete(Http jenkins, Http tester) throws Exception {
        String path = "/files/builds/report.xml";
        HttpResponse<String> created = jenkins.put(path, "<report/>");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.body()).contains("\"xml-reports\"");
        assertThat(jenkins.put(path, "<report>2</report>").statusCode()).isEqualTo(200);
        String etag = tester.get(path).headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> refused = jenkins.put(path, "<report>");
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("violations", "xml-reports", "\"line\":1");

        HttpResponse<String> kept = tester.get(path);
        assertThat(kept.body()).isEqualTo("<report>2</report>");
        assertThat(kept.headers().firstValue("ETag")).contains(etag);
        assertThat(tester.delete(path).statusCode()).isEqualTo(403);
        assertThat(jenkins.delete(path).statusCode()).isEqualTo(204);
        assertThat(tester.get(path).statusCode()).isEqualTo(404);
    }

    private static void assertUploadAnnounced(Heard byZeromq, Heard byWebSocket) throws Exception {
        String payload = byZeromq.await("file.created/builds/report.xml");
        assertThat(byWebSocket.await("file.created/builds/report.xml")).isEqualTo(payload);
        Map<String, String> event = WebSocketClient.parse(payload);
        assertThat(event)
                .containsEntry("specversion", "1.0")
                .containsEntry("type", "io.datahub.file.created")
                .containsEntry("subject", "builds/report.xml")
                .containsEntry("sha256", sha256("<report/>"))
                .containsEntry("user", "jenkins")
                .containsEntry("name", "xml-reports");
    }

    /** Adds a configuration file to the home directory, which activates a validator. */
    private static void addXmlValidator(Hub hub, Http admin) throws Exception {
        Path cfg = hub.home().resolve("etc/io.datahub.validator.xml-reports.cfg");
        Files.writeString(cfg, "paths = builds/**/*.xml, probe/*.xml\n");
        await("the validator judges")
                .atMost(TIMEOUT)
                .until(() -> admin.put("/files/probe/x.xml?dry-run", "<").statusCode() == 422);
    }

    private static String user(String name, String token, String allow) throws Exception {
        return "<user name=\"" + name + "\"><token sha256=\"" + sha256(token) + "\"/>" + allow + "</user>";
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
