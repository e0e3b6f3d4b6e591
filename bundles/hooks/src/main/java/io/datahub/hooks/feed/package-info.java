/** Reads events in order and remembers how far, so that no kept event is lost over restarts. */
package io.datahub.hooks.feed;
