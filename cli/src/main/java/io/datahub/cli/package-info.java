/** {@code datahub} as a client: the commands that work from any machine. */
package io.datahub.cli;
