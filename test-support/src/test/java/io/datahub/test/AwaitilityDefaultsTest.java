package io.datahub.test;

import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class AwaitilityDefaultsTest {

    @Test
    void shouldEvaluateConditionsInTheThreadOfTheTest() {
        Thread test = Thread.currentThread();

        await().until(() -> Thread.currentThread().equals(test));
    }
}
