package io.datahub.hooks.incoming;

/**
 * What became of a delivery that is answered with 202.
 *
 * @param result {@code accepted}, {@code repeated} or {@code unknown}
 * @param events how many events were published
 */
record Outcome(String result, int events) {

    static final Outcome REPEATED = new Outcome("repeated", 0);
}
