/** {@code POST /hooks/NAME}: deliveries of other systems, authenticated, translated and published once. */
package io.datahub.hooks.incoming;
