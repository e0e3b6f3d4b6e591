package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActivationFailureTest {

    @Test
    void shouldReturnTheMessageOfAnExceptionThatWasWrittenForOperators() {
        assertThat(ActivationFailure.rootCause("""
                        java.lang.reflect.InvocationTargetException
                        \tat java.base/x.Y.z(Y.java:1)
                        Caused by: java.io.IOException: state/format is empty or damaged; restore a backup
                        \t... 3 more
                        """)).isEqualTo("state/format is empty or damaged; restore a backup");
    }

    @Test
    void shouldPreferSuchAMessageToWhatHasCausedIt() {
        assertThat(ActivationFailure.rootCause("""
                        java.lang.reflect.InvocationTargetException
                        Caused by: java.lang.IllegalStateException: JMX can't listen at 127.0.0.1:1; set another port
                        Caused by: java.net.BindException: Address already in use
                        """)).isEqualTo("JMX can't listen at 127.0.0.1:1; set another port");
    }

    @Test
    void shouldReturnTheLastCauseWithItsClass() {
        assertThat(ActivationFailure.rootCause("""
                        org.osgi.service.component.ComponentException: outer
                        Caused by: java.lang.RuntimeException: middle
                        Caused by: java.net.BindException: Address already in use
                        """)).isEqualTo("java.net.BindException: Address already in use");
    }

    @Test
    void shouldReturnTheExceptionIfItHasNoCause() {
        assertThat(ActivationFailure.rootCause("java.lang.IllegalStateException: no home\n\tat x.Y.z(Y.java:1)\n"))
                .isEqualTo("no home");
    }
}
