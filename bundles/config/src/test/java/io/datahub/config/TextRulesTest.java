package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextRulesTest {

    @ParameterizedTest
    @CsvSource({
        "io.datahub.jetty, proxies, '127.0.0.1, 10.0.0.0/8, fd00::/8'",
        "io.datahub.zeromq, proxies, ''",
        "io.datahub.store, quotas, 'builds/: 100 GiB 100000 files, @jenkins: 20 GiB, @*: 5 files'",
        "io.datahub.store, keepDays, 'builds/nightly/: 30, tmp/: 0.5'",
        "io.datahub.history, keep, 'build.: 7d, 1 GiB; dev.cdevents.: 30d;'",
        "io.datahub.history, keep, '*: 100 MiB'",
        "io.datahub.history, keep, 'a: 1s; b: 1000000d; c: 1 MiB; d: 500000 TiB; e: 2048 KiB, 1m'",
        "io.datahub.history, last, 'status.: 100000 topics; x: 1 topics'",
        "io.datahub.history, last, 'status.: 100000 topics, 16 GiB;x: 1 topics,1 MiB'",
        "io.datahub.history, last, ''",
        "io.datahub.history, deduplicate, 'build.: 10m; a:b: 168h; *: 7d'",
        "io.datahub.history, deduplicate, ''",
        "io.datahub.history, flush, always",
        "io.datahub.history, flush, 60000",
        "io.datahub.store, require, 'invoice: invoices/**'",
        "io.datahub.broker, slowSubscriberTimeoutMillis, 'http: 0,*:60000'",
        "io.datahub.validator.xml, paths, 'prüf/**, *.xml'",
        "io.datahub.store, publicUrl, 'https://hub.example:8443/datahub,1/'",
        "io.datahub.store, publicUrl, ''",
        "io.datahub.hook, kind, github",
        "io.datahub.webhook, url, ' https://example.org:8443/in?x=1'",
        "io.datahub.webhook, kind, Slack",
        "io.datahub.artifact, path, 'builds/{project}/*.tgz'",
        "io.datahub.artifact, purl, 'pkg:generic/{project}'",
        "io.datahub.http, encodedSlashPaths, 'npm/, @scope'",
        "io.datahub.http, encodedSlashPaths, /",
        "io.datahub.http, accelLocation, ''",
        "io.datahub.http, accelLocation, /served/",
        "io.datahub.store, source, https://hub.example/x",
        "io.datahub.jetty, hostNames, 'Hub.example.org., hub_2'",
        "io.datahub.uploads, directory, 'inbox/{user}/'",
        "io.datahub.uploads, directory, ''",
        "io.datahub.other, proxies, anything"
    })
    void shouldAcceptAllowedValues(String pid, String key, String value) {
        assertThat(TextRules.violation(pid, key, value)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "io.datahub.jetty, proxies, '127.0.0.1, nginx.local', addresses and networks",
        "io.datahub.zeromq, proxies, 10.0.0.0/33, addresses and networks",
        "io.datahub.hook, kind, Git Hub, 'github, gitlab'",
        "io.datahub.webhook, url, ftp://example.org/, an http or https URL",
        "io.datahub.webhook, url, http://user:pass@example.org/, an http or https URL",
        "io.datahub.webhook, url, 'http:///path', an http or https URL",
        "io.datahub.webhook, url, 'https://example.org/#x', an http or https URL",
        "io.datahub.webhook, url, 'https://exa mple.org/', an http or https URL",
        "io.datahub.webhook, kind, carrier-pigeon, structured",
        "io.datahub.artifact, path, /builds/{file}, a path",
        "io.datahub.artifact, purl, generic/x, a package URL",
        "io.datahub.store, quotas, builds/: much, PREFIX:",
        "io.datahub.store, quotas, 'builds/ 5 GiB', PREFIX:",
        "io.datahub.http, encodedSlashPaths, 'npm/, ../x/', paths of directories",
        "io.datahub.http, accelLocation, served, a path",
        "io.datahub.store, source, '', a URI reference",
        "io.datahub.store, source, 'a b', a URI reference",
        "io.datahub.jetty, hostNames, https://hub.example, host names",
        "io.datahub.jetty, hostNames, 'hub.example, hub.example:8480', host names",
        "io.datahub.uploads, directory, /inbox/, the path of a directory",
        "io.datahub.uploads, directory, 'inbox/{user}/../x', the path of a directory",
        "io.datahub.store, keepDays, 'tmp/: 1, x', PREFIX: DAYS",
        "io.datahub.store, keepDays, 'tmp10/: 0.0', PREFIX: DAYS",
        "io.datahub.history, keep, 'build.: 1d; x: 1d; build.*: 2d', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, keep, 'build.: 0s', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, keep, 'build.: 1000001d', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, keep, 'build.: 1023 KiB', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, keep, 'build.: 500001 TiB', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, keep, 'build.: 1d, 2d', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, last, 'a: 1 topics; a: 2 topics', PREFIX: COUNT topics",
        "io.datahub.history, deduplicate, 'a: 1m; a: 2m', PREFIX: TIME",
        "io.datahub.history, keep, 'build.', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, keep, 'file.created/: 1d', 'PREFIX: AGE, SIZE'",
        "io.datahub.history, last, 'status.: 10', PREFIX: COUNT topics",
        "io.datahub.history, last, 'status.: 10 topics, 5 KiB', PREFIX: COUNT topics",
        "io.datahub.history, deduplicate, 'build.: 8d', PREFIX: TIME",
        "io.datahub.history, deduplicate, 'build.: 169h', PREFIX: TIME",
        "io.datahub.history, deduplicate, 'build.', PREFIX: TIME",
        "io.datahub.history, flush, 0, always",
        "io.datahub.store, require, invoices/**, NAME: PATTERN",
        "io.datahub.store, publicUrl, hub.example, an http or https URL",
        "io.datahub.broker, slowSubscriberTimeoutMillis, 'http: 1, 60000', TRANSPORT: MILLISECONDS",
        "io.datahub.broker, slowSubscriberTimeoutMillis, 'http: 10s', TRANSPORT: MILLISECONDS"
    })
    void shouldDescribeAllowedValues(String pid, String key, String value, String allowed) {
        assertThat(TextRules.violation(pid, key, value)).startsWith(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "io.datahub.jetty, origins, 'https://ci.example.org, http://[::1]:8080/, *, moz-extension://x', ",
        "io.datahub.jetty, origins, 'https://ci.example.org, ci.example.org', ci.example.org",
        "io.datahub.websocket, origins, https://ci.example.org/page, https://ci.example.org/page",
        "io.datahub.other, origins, anything, "
    })
    void shouldNameWhatIsIgnored(String pid, String key, String value, String ignored) {
        if (ignored == null) {
            assertThat(TextRules.ignored(pid, key, value)).isNull();
        } else {
            assertThat(TextRules.ignored(pid, key, value))
                    .startsWith('"' + ignored + "\" is ignored: must be an origin");
        }
    }
}
