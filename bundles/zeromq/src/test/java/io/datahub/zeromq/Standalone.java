package io.datahub.zeromq;

import io.datahub.api.user.Z85;
import io.datahub.broker.Broker;
import io.datahub.broker.BrokerConfiguration;
import io.datahub.test.Configurations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Runs a broker and an endpoint only, for experiments and benchmarks: {@code Standalone [PORT [LOOPS]]}. */
public final class Standalone {

    private Standalone() {}

    public static void main(String[] arguments) throws InterruptedException, IOException {
        Path home = Files.createTempDirectory("datahub-zeromq-");
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 25_550;
        int loops = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        TestUsers users = new TestUsers()
                .with("bench", "bench.", "bench.")
                .with("jenkins", "build.", "build.")
                .with("all", "", "")
                .with("anonymous", "public.", "public.");
        Broker broker = new Broker(Configurations.of(BrokerConfiguration.class, Map.of()));
        Zeromq zeromq = new Zeromq(
                Configurations.of(ZeromqConfiguration.class, Map.of("port", port, "loops", loops)),
                broker,
                users.authenticator(),
                () -> home,
                new UsersChangeForwarder(),
                new HistoryReader());
        System.out.println("CURVE public key "
                + Files.readString(home.resolve("state/curve.pub")).strip() + " user all: "
                + TestUsers.keys("all") + " "
                + Z85.encode(TestUsers.keys("all").secretKey()));
        System.out.println("pid " + ProcessHandle.current().pid() + " listens on " + zeromq.address());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            zeromq.stop();
            broker.stop();
        }));
        new CountDownLatch(1).await();
    }
}
