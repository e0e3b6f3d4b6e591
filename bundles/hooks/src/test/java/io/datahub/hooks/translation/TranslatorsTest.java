package io.datahub.hooks.translation;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.hooks.TestServices;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

class TranslatorsTest {

    private static final Delivery DELIVERY = new Delivery("ci", "1", Map.of(), new byte[0], Instant.EPOCH);

    private final AtomicInteger state = new AtomicInteger(Bundle.ACTIVE);
    private final Translators translators = new Translators();

    private ServiceReference<EventTranslator> reference(String version) {
        return TestServices.reference(Map.of(EventTranslator.KIND, new String[] {"acme", "other"}), version, state);
    }

    /** A translator that names itself, and fails once it is used after it was taken away. */
    private static final class Named implements EventTranslator {

        private final String name;
        private final AtomicBoolean gone = new AtomicBoolean();

        Named(String name) {
            this.name = name;
        }

        @Override
        public Result<Translation> translate(Delivery delivery) {
            if (gone.get()) {
                throw new IllegalStateException("used after it was removed");
            }
            return Result.done(Translation.unknown(name));
        }
    }

    private String translated() {
        Result<Translation> result = translators.translate("acme", DELIVERY);
        return result.isRefused()
                ? result.refusal().orElseThrow().reason().toString()
                : result.get().unknown().orElseThrow();
    }

    @Test
    void shouldUseTheHighestVersion() {
        assertThat(translated()).isEqualTo("UNAVAILABLE");
        Named second = new Named("second");
        translators.add(new Named("first"), reference("1.0.0"));
        translators.add(second, reference("2.0.0"));
        assertThat(translated()).isEqualTo("second");
        assertThat(translators.name("acme")).isEqualTo("translator/2.0.0");
        state.set(Bundle.UNINSTALLED);
        translators.remove(second);
        assertThat(translated()).isEqualTo("first");
    }

    @Test
    void shouldReportFailuresAndRefusals() {
        translators.add(
                delivery -> {
                    throw new IllegalStateException("on purpose");
                },
                reference("1.0.0"));
        assertThat(translated()).isEqualTo("UNAVAILABLE");
        translators.add(delivery -> Result.refused(Reason.BAD_REQUEST, "what is this?"), reference("2.0.0"));
        assertThat(translated()).isEqualTo("INVALID");
    }

    @Test
    void shouldLoseAndMistranslateNothingWhileTranslatorsAreSwapped() throws Exception {
        translators.add(new Named("fallback"), reference("0.1.0"));
        Named current = new Named("v0");
        translators.add(current, reference("1.0.0"));
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<String>>> loads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Callable<List<String>> load = () -> {
                    List<String> wrong = new ArrayList<>();
                    while (!stop.get()) {
                        String result = translated();
                        if (!result.startsWith("v")) {
                            wrong.add(result);
                        }
                    }
                    return wrong;
                };
                loads.add(threads.submit(load));
            }
            for (int swap = 1; swap <= 100; swap++) {
                translators.remove(current);
                current.gone.set(true);
                current = new Named("v" + swap);
                translators.add(current, reference("1.0." + swap));
            }
            stop.set(true);
            for (Future<List<String>> load : loads) {
                assertThat(load.get()).isEmpty();
            }
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }
}
