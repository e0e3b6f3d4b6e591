/** Which hub a command talks to, and as whom. */
package io.datahub.cli.context;
