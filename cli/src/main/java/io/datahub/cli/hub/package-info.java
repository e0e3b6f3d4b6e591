/** The hub's HTTP interface, as the commands use it. */
package io.datahub.cli.hub;
