package io.datahub.hooks.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.content.AsyncContent;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.junit.jupiter.api.Test;

class BodyReaderTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ReceivedBytes received = new ReceivedBytes(100, 40);
    private Instant now = Instant.EPOCH;

    /** A body that arrives bit by bit. */
    private final class Body implements Promise<Result<byte[]>> {

        private final AsyncContent content = new AsyncContent();
        private final List<Result<byte[]>> results = new ArrayList<>();
        private final BodyReader reader;

        Body(String address, boolean shared) throws UnknownHostException {
            Origin origin = new Origin("http", InetAddress.getByName(address), false, shared);
            InstantSource clock = () -> now;
            reader = new BodyReader(content, origin, received, MINUTE, clock, this);
            reader.run();
        }

        Body arrive(int bytes, boolean last) {
            content.write(last, ByteBuffer.wrap(new byte[bytes]), Callback.NOOP);
            return this;
        }

        Optional<Reason> refusal() {
            assertThat(results).hasSize(1);
            return results.get(0).refusal().map(Refusal::reason);
        }

        @Override
        public void succeeded(Result<byte[]> result) {
            results.add(result);
        }
    }

    @Test
    void shouldReadABodyThatArrivesInPieces() throws Exception {
        Body body = new Body("192.0.2.1", false).arrive(10, false).arrive(0, false);
        assertThat(body.results).isEmpty();
        body.arrive(20, true);
        assertThat(body.results)
                .singleElement()
                .satisfies(result -> assertThat(result.get()).hasSize(30));
    }

    @Test
    void shouldCountWhatHasArrivedUntilItIsReleased() throws Exception {
        List<Body> slow = new ArrayList<>();
        for (int i = 0; i < 39; i++) {
            slow.add(new Body("192.0.2.1", false).arrive(1, false));
        }
        Body full = new Body("192.0.2.1", false).arrive(2, true);
        assertThat(full.refusal()).contains(Reason.UNAVAILABLE);
        full.reader.release();
        assertThat(new Body("192.0.2.2", false).arrive(40, true).refusal())
                .as("another address")
                .isEmpty();
        slow.forEach(body -> body.reader.release());
        assertThat(new Body("192.0.2.1", false).arrive(40, true).refusal()).isEmpty();
        assertThat(new Body("192.0.2.3", false).arrive(21, true).refusal())
                .as("of all addresses")
                .contains(Reason.UNAVAILABLE);
    }

    @Test
    void shouldNotLimitAnAddressThatManyShare() throws Exception {
        assertThat(new Body("192.0.2.1", true).arrive(100, true).refusal()).isEmpty();
    }

    @Test
    void shouldRefuseABodyThatTakesTooLong() throws Exception {
        Body body = new Body("192.0.2.1", false).arrive(1, false);
        now = now.plus(MINUTE);
        body.arrive(1, false);
        assertThat(body.results).isEmpty();
        now = now.plusMillis(1);
        body.arrive(1, false);
        assertThat(body.refusal()).contains(Reason.TIMED_OUT);
    }
}
