/** Events over WebSocket: the upgrade on {@code /events}, for browsers and scripts. */
package io.datahub.websocket;
