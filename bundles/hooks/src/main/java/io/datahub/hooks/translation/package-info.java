/** What CI systems send, as CDEvents. */
package io.datahub.hooks.translation;
