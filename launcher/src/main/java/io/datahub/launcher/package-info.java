/**
 * The process that starts the framework: prepares the home directory, starts Karaf and reports when the hub is ready;
 * and the other commands of {@code bin/datahub}.
 */
package io.datahub.launcher;
