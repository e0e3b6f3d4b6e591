package io.datahub.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.history.EventHistory;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorStatus.State;
import io.datahub.api.validation.Verdict;
import io.datahub.console.shell.CommandException;
import io.datahub.test.cluster.TwoHubs;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryChangeJournal;
import io.datahub.test.memory.MemoryHistory;
import io.datahub.test.memory.MemoryRecordStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.ArgumentCommandLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

    private final FakeContext context = new FakeContext();
    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1_000, 1 << 20, 1 << 20, 10));

    /** What the command that waits for events has subscribed to. */
    private final Set<String> prefixes = new ConcurrentSkipListSet<>();

    private final List<String> issued = new ArrayList<>();

    private final UserRegistry registry = new UserRegistry() {
        @Override
        public List<Account> accounts() {
            User jenkins = new User(
                    "jenkins",
                    Set.of("ci"),
                    List.of(
                            new Grant(Action.WRITE, "builds/", "role ci"),
                            new Grant(Action.READ, "logs/", "role ci"),
                            new Grant(Action.PUBLISH, "build.", "user jenkins")));
            return List.of(
                    new Account(jenkins, false, List.of(credential("agent")), List.of()),
                    new Account(new User("root", Set.of(User.ADMIN), List.of()), true, List.of(), List.of()));
        }

        private Credential credential(String label) {
            Optional<Instant> time = Optional.of(Instant.EPOCH);
            return new Credential("token", "0123456789abcdef", label, time, time, time);
        }

        @Override
        public Optional<Credential> credential(Login login) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires) {
            issued.add(actor.user() + " " + user + " " + label + " "
                    + expires.map(Instant::toString).orElse("-"));
            return user.equals("jenkins")
                    ? Result.done(new IssuedToken(user, "dh_x", credential(label)))
                    : Result.refused(Reason.NOT_FOUND, "no such user");
        }

        @Override
        public Result<IssuedToken> issueShortLived(Login login, Duration lifetime, String label) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Result<IssuedToken> rotateToken(
                Login actor, String user, String token, Optional<Instant> expires, Duration overlap) {
            return issueToken(actor, user, token + " " + overlap, expires);
        }

        @Override
        public Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) {
            return Result.done(List.of(credential(token), credential("child")));
        }

        @Override
        public Result<List<Credential>> revokeAll(Login actor, String user) {
            return Result.done(List.of(credential("all of " + user)));
        }

        @Override
        public Result<Credential> revokeToken(Login actor, String user, String token) {
            return token.equals("agent")
                    ? Result.done(credential("agent"))
                    : Result.refused(Reason.NOT_FOUND, "no such token");
        }
    };

    @Test
    void shouldRevokeWithDescendantsAndAll() throws Exception {
        context.add(UserRegistry.class, registry);
        TokenRevokeCommand revoke = new TokenRevokeCommand();
        revoke.user = "jenkins";
        assertThatThrownBy(() -> context.run(revoke)).hasMessageContaining("--all");
        revoke.all = true;
        assertThat(context.run(revoke)).contains("(all of jenkins)");
        revoke.all = false;
        revoke.token = "agent";
        revoke.descendants = true;
        assertThat(context.run(revoke)).contains("(agent)", "(child)");
    }

    @Test
    void shouldPrintEventsUntilTheCountIsReached() throws Exception {
        context.add(EventBroker.class, broker);
        sendOnceSubscribed("build.a", "one", "build.b", "two", "build.c", "three");
        TailCommand tail = tail(OutputStream.nullOutputStream());
        tail.prefixes = List.of("build.", "x");
        tail.count = 2;
        assertThat(context.run(tail).lines())
                .containsExactly(
                        "1970-01-01T00:00:00Z  build.a  jenkins  one", "1970-01-01T00:00:00Z  build.b  jenkins  two");
        assertThat(prefixes).containsExactly("build.", "x");
        assertThat(broker.sessions()).isEmpty();
    }

    @Test
    @Timeout(30)
    void shouldFlushEachLineAndEndWhenTheClientDisconnects() throws Exception {
        context.add(EventBroker.class, broker);
        sendOnceSubscribed("build.a", "one");
        AtomicInteger flushes = new AtomicInteger();
        TailCommand tail = tail(new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void flush() throws IOException {
                if (broker.counters().out() == 1 && flushes.incrementAndGet() > 2) {
                    throw new IOException("closed");
                }
            }
        });
        assertThat(context.run(tail)).contains("build.a");
        assertThat(flushes).hasValue(3);
        assertThat(broker.sessions()).isEmpty();
    }

    /** Sends events, given as topics and payloads, as soon as a command has subscribed to something. */
    private void sendOnceSubscribed(String... topicsAndPayloads) {
        AtomicBoolean sent = new AtomicBoolean();
        broker.addSubscriptionListener(() -> {
            for (byte[] prefix : broker.subscribedPrefixes(10)) {
                prefixes.add(new String(prefix, StandardCharsets.UTF_8));
            }
            if (!prefixes.isEmpty() && !sent.getAndSet(true)) {
                for (int i = 0; i < topicsAndPayloads.length; i += 2) {
                    broker.send(
                            "jenkins",
                            0,
                            topicsAndPayloads[i].getBytes(StandardCharsets.UTF_8),
                            topicsAndPayloads[i + 1].getBytes(StandardCharsets.UTF_8));
                }
            }
        });
    }

    private static TailCommand tail(OutputStream client) {
        TailCommand tail = new TailCommand();
        PrintStream console = new PrintStream(client, false, StandardCharsets.UTF_8);
        tail.shell = (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (self, method, arguments) -> console);
        return tail;
    }

    @Test
    void shouldShowRefusedEventsAndRejectedFiles() throws Exception {
        context.add(EventBroker.class, broker);
        sendOnceSubscribed("hub.refused", "{}");
        TailCommand tail = tail(OutputStream.nullOutputStream());
        tail.refused = true;
        tail.count = 1;
        assertThat(context.run(tail)).contains("hub.refused");
        assertThat(prefixes).containsExactlyInAnyOrder("hub.refused", "file.rejected/");

        tail.prefixes = List.of("build.");
        assertThatThrownBy(() -> context.run(tail)).hasMessageContaining("takes no prefixes");
    }

    @Test
    void shouldShowTheNewestEntriesOfTheJournal() throws Exception {
        MemoryChangeJournal journal = new MemoryChangeJournal();
        journal.setMaxExamined(400);
        for (int number = 1; number <= 2_500; number++) {
            journal.append(Change.Type.UPDATED, RecordPath.of(number % 10 == 0 ? "logs/a" : "b"));
        }
        context.add(ChangeJournal.class, journal);
        ChangesCommand changes = new ChangesCommand();
        changes.json = true;
        changes.limit = 3;
        assertThat(context.run(changes))
                .contains("memory-2498", "memory-2499", "memory-2500")
                .doesNotContain("memory-2497");

        changes.path = "logs/";
        assertThat(context.run(changes))
                .contains("memory-2480", "memory-2490", "memory-2500")
                .doesNotContain("memory-2470", "memory-2499");

        changes.since = "memory-100";
        assertThat(context.run(changes))
                .contains("memory-110", "memory-120", "memory-130")
                .doesNotContain("memory-100", "memory-140");
    }

    @Test
    void shouldShowTheHistory() throws Exception {
        MemoryHistory history = new MemoryHistory();
        history.append("ci", "build.a", "1");
        history.create("x");
        history.append("ci", "build.b", "22");
        context.add(EventHistory.class, history);
        HistoryCommand command = new HistoryCommand();
        command.json = true;
        command.limit = 2;
        assertThat(context.run(command))
                .contains("file.created/x", "build.b", "e1-3")
                .doesNotContain("build.a");
        command.prefixes = List.of("build.");
        command.since = "0";
        assertThat(context.run(command)).contains("build.a", "build.b").doesNotContain("file.");
    }

    @Test
    void shouldCompleteNamesThatBeginWithWhatWasTyped() {
        UserNames names = new UserNames();
        names.context = context.add(UserRegistry.class, registry).asBundleContext();
        List<String> candidates = new ArrayList<>();

        int position = names.complete(null, new ArgumentCommandLine("je", 2), candidates);

        assertThat(candidates).containsExactly("jenkins ");
        assertThat(position).isZero();
        assertThat(names.complete(null, new ArgumentCommandLine("x", 1), new ArrayList<>()))
                .isNegative();
    }

    @Test
    void shouldCompleteNothingWhileTheServiceIsUnavailable() {
        SessionNumbers numbers = new SessionNumbers();
        numbers.context = context.asBundleContext();
        assertThat(numbers.complete(null, new ArgumentCommandLine("", 0), new ArrayList<>()))
                .isNegative();
    }

    @Test
    void shouldPrintEachEventAsALineOfJsonWhenAsked() throws Exception {
        context.add(EventBroker.class, broker);
        sendOnceSubscribed("build.a", "\"one\"");
        TailCommand tail = tail(OutputStream.nullOutputStream());
        tail.count = 1;
        tail.json = true;
        assertThat(context.run(tail).strip())
                .isEqualTo("{\"time\":\"1970-01-01T00:00:00Z\",\"topic\":\"build.a\",\"user\":\"jenkins\","
                        + "\"payload\":\"\\\"one\\\"\"}");
    }

    @Test
    void shouldPublishAsTheHubAndFailWhenRefused() throws Exception {
        context.add(EventBroker.class, broker);
        List<String> published = new ArrayList<>();
        broker.addListener(
                run -> {
                    for (EventReader event = new EventReader(run); event.next(); ) {
                        published.add(event.topic() + " " + StandardCharsets.UTF_8.decode(event.payload()));
                    }
                },
                "");
        PublishCommand publish = new PublishCommand();
        publish.topic = "build.done";
        publish.payload = "grün";
        context.run(publish);
        assertThat(published).containsExactly("build.done grün");
        publish.topic = "hub.done";
        assertThatThrownBy(() -> context.run(publish))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("hub.");
    }

    @Test
    void shouldShowEachHealthCheckAndFailWhenOneIsDown() throws Exception {
        context.add(HealthCheck.class, () -> Health.ready("fine"), "1", Map.of(HealthCheck.NAME, "store"));
        StatusCommand status = new StatusCommand();
        status.json = true;
        assertThat(context.run(status).strip())
                .isEqualTo(
                        "[{\"component\":\"store\",\"part\":\"store\",\"ready\":true,\"degraded\":false,\"detail\":\"fine\"}]");
        context.add(HealthCheck.class, () -> Health.down("no room"), "1", Map.of(HealthCheck.NAME, "auth"));
        assertThatThrownBy(() -> context.run(status)).isInstanceOf(CommandException.class);
        assertThat(context.output)
                .contains(
                        "{\"component\":\"auth\",\"part\":\"auth\",\"ready\":false,\"degraded\":false,\"detail\":\"no room\"}");
    }

    @Test
    void shouldShowTheClusterAndFailWhileThisHubServesNothing() throws Exception {
        ClusterCommand command = new ClusterCommand();
        command.json = true;
        assertThatThrownBy(() -> context.run(command))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("no cluster");
        TwoHubs hubs = new TwoHubs();
        context.add(ClusterView.class, hubs);
        assertThat(context.run(command))
                .contains("{\"component\":\"hub\",\"name\":\"hub1\",\"ready\":true,")
                .contains("\"name\":\"hub2\",\"ready\":false,\"detail\":\"sequence=5 seenMillisAgo=60000")
                .contains("{\"component\":\"engine\",\"name\":\"ledger\",\"ready\":true,\"detail\":\"reached\"}");
        hubs.outage = Optional.of("too old");
        assertThatThrownBy(() -> context.run(command))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("hub1, serves nothing: too old");
    }

    @Test
    void shouldShowWhatNeedsAttention() throws Exception {
        context.add(HealthCheck.class, () -> Health.ready("fine"), "1", Map.of(HealthCheck.NAME, "store"));
        context.add(HealthCheck.class, () -> Health.degraded("a.jar"), "1", Map.of(HealthCheck.NAME, "deploy"));
        StatusCommand status = new StatusCommand();
        status.attention = true;
        assertThat(context.run(status)).isEqualTo("degraded: deploy: a.jar\n");
    }

    @Test
    void shouldShowTheStateOfEachValidatorAndWhyOneIsUnavailable() throws Exception {
        Validator validator = candidate -> Verdict.accept();
        context.addValidator("logo", "2.0.0", State.ACTIVE, validator, Map.of("paths", "*.png, *.svg"));
        context.addValidator("logo", "1.0.0", State.SHADOWED, validator, Map.of("paths", new String[] {"*.png"}));
        context.addValidator("xml-feeds", "1.0.0", State.UNAVAILABLE, validator, Map.of("paths", "**"));
        ValidatorsCommand validators = new ValidatorsCommand();
        validators.json = true;
        assertThat(context.run(validators))
                .contains(
                        "{\"name\":\"logo\",\"version\":\"2.0.0\",\"state\":\"active\",\"paths\":[\"*.png\",\"*.svg\"]")
                .contains("{\"name\":\"logo\",\"version\":\"1.0.0\",\"state\":\"shadowed\",\"paths\":[\"*.png\"]")
                .contains("\"state\":\"unavailable\",\"paths\":[\"**\"]")
                .contains("\"reason\":\"its file is broken\"");
    }

    @Test
    void shouldShowATokenOnceAndSayWhyThereIsNone() throws Exception {
        context.add(UserRegistry.class, registry);
        TokenIssueCommand issue = new TokenIssueCommand();
        issue.user = "jenkins";
        issue.label = "agent-2";
        issue.expires = "2027-01-01T01:00:00+01:00";
        assertThat(context.run(issue).strip()).isEqualTo("dh_x");
        assertThat(issued).containsExactly("(hub) jenkins agent-2 2027-01-01T00:00:00Z");
        issue.user = "nobody";
        assertThatThrownBy(() -> context.run(issue)).hasMessage("404 no such user");
        issue.expires = "tomorrow";
        assertThatThrownBy(() -> context.run(issue)).hasMessageContaining("a time with a zone");
    }

    @Test
    void shouldRotateAndRevokeATokenOrSayWhyNot() throws Exception {
        context.add(UserRegistry.class, registry);
        TokenRotateCommand rotate = new TokenRotateCommand();
        rotate.user = "jenkins";
        rotate.token = "agent";
        rotate.overlap = 5;
        rotate.json = true;
        assertThat(context.run(rotate).strip())
                .isEqualTo("[{\"user\":\"jenkins\",\"token\":\"dh_x\",\"id\":\"0123456789abcdef\","
                        + "\"label\":\"agent PT5M\",\"expires\":\"1970-01-01T00:00:00Z\"}]");
        rotate.overlap = -1;
        assertThatThrownBy(() -> context.run(rotate)).hasMessageContaining("minutes");
        TokenRevokeCommand revoke = new TokenRevokeCommand();
        revoke.user = "jenkins";
        revoke.token = "agent";
        assertThat(context.run(revoke).strip()).isEqualTo("revoked 0123456789abcdef (agent) of jenkins");
        revoke.token = "x";
        assertThatThrownBy(() -> context.run(revoke)).hasMessage("404 no such token");
    }

    @Test
    void shouldExplainWhyAUserMayDoSomethingOrNot() throws Exception {
        context.add(UserRegistry.class, registry);
        assertThat(explain("jenkins", "create", "builds/app.tgz"))
                .contains("true")
                .contains("write=\\\"builds/\\\" of role ci");
        assertThat(explain("jenkins", "read", "builds/app.tgz"))
                .contains("false")
                .contains("no grant covers it");
        assertThat(explain("jenkins", "publish", "build.done")).contains("true").contains("user jenkins");
        assertThat(explain("jenkins", "publish", "file.created/x"))
                .contains("false")
                .contains("reserved for the hub");
        assertThat(explain("jenkins", "write", "broker_users.xml"))
                .contains("false")
                .contains("administrators");
        assertThat(explain("root", "read", "x")).contains("false").contains("disabled");
        assertThatThrownBy(() -> explain("nobody", "read", "x")).hasMessageContaining("no user");
    }

    @Test
    void shouldExplainWhichOfTheHubsOwnTopicsReachAUser() throws Exception {
        context.add(UserRegistry.class, registry);
        assertThat(explain("jenkins", "subscribe", "file.created/logs/x"))
                .contains("true")
                .contains("permission to read")
                .contains("read=\\\"logs/\\\" of role ci");
        assertThat(explain("jenkins", "subscribe", "file.created/builds/x")).contains("false");
        assertThat(explain("jenkins", "subscribe", "file.updated/broker_users.xml"))
                .contains("false")
                .contains("administrators");
        assertThat(explain("jenkins", "subscribe", "hub.lost")).contains("true");
        assertThat(explain("jenkins", "subscribe", "hub.connected"))
                .contains("false")
                .contains("monitor");
        assertThatThrownBy(() -> explain("jenkins", "subscribe", "file.")).hasMessageContaining("complete topic");
    }

    private String explain(String user, String action, String what) throws Exception {
        ExplainCommand explain = new ExplainCommand();
        explain.json = true;
        explain.name = user;
        explain.action = action;
        explain.what = what;
        return context.run(explain);
    }

    @Test
    void shouldShowUsersAndClientsAndEndASession() throws Exception {
        context.add(UserRegistry.class, registry).add(EventBroker.class, broker);
        broker.open(DatahubCommand.CONSOLE, NoOpSink.INSTANCE);
        UsersCommand users = new UsersCommand();
        users.json = true;
        assertThat(context.run(users))
                .contains("\"credentials\":[\"token 0123456789abcdef agent until"
                        + " 1970-01-01T00:00:00Z used 1970-01-01T00:00:00Z\"]");
        assertThat(context.run(new ClientsCommand())).contains("console", "127.0.0.1");
        DisconnectCommand disconnect = new DisconnectCommand();
        disconnect.id = "1";
        context.run(disconnect);
        assertThat(broker.sessions()).isEmpty();
        assertThatThrownBy(() -> context.run(disconnect)).isInstanceOf(CommandException.class);
    }

    @Test
    void shouldNameTheServiceThatIsUnavailable() {
        assertThatThrownBy(() -> context.run(new UsersCommand())).hasMessageContaining("UserRegistry is unavailable");
    }

    @Test
    void shouldCompareAFileThatHasJustChangedAgainWhenItHasBecomeQuiet(@TempDir Path folder) throws Exception {
        MemoryRecordStore store = new MemoryRecordStore();
        List<String> compared = new ArrayList<>();
        DiskRecords disk = new DiskRecords() {
            @Override
            public Path files() {
                return folder;
            }

            @Override
            public Path servedLinks() {
                return folder;
            }

            @Override
            public void listen(Consumer<RecordPath> listener) {
                throw new AssertionError("the watcher is the listener");
            }

            @Override
            public void reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> stillChanging) {
                compared.add(path.toString());
                if (compared.size() < 3) {
                    stillChanging.accept(RecordPath.parse("log").get());
                }
            }
        };
        context.add(RecordStore.class, store)
                .add(ChangeJournal.class, store.journal())
                .add(DiskRecords.class, disk);
        RescanCommand rescan = new RescanCommand();
        rescan.json = true;

        assertThat(context.run(rescan)).contains("\"pending\":[]");
        assertThat(compared).containsExactly("", "log", "log");
    }

    @Test
    void shouldSayThatThereIsNothingToDoIfTheRecordsAreNotOnDisk(@TempDir Path folder) throws Exception {
        MemoryRecordStore store = new MemoryRecordStore();
        context.add(RecordStore.class, store).add(ChangeJournal.class, store.journal());
        BackupCommand backup = new BackupCommand();
        backup.file = folder.resolve("backup.tar").toString();

        assertThatThrownBy(() -> context.run(new RescanCommand()))
                .isInstanceOf(CommandException.class)
                .hasMessage("this hub doesn't keep its records on its own disk; there are no files to compare with the"
                        + " index");
        assertThatThrownBy(() -> context.run(backup))
                .isInstanceOf(CommandException.class)
                .hasMessage("this hub doesn't keep its records on its own disk; back them up where they are");
        assertThat(folder).isEmptyDirectory();
    }
}
