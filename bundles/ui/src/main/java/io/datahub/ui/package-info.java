/** The web page at {@code /}, and the state of the hub that it shows, at {@code /status}. */
package io.datahub.ui;
