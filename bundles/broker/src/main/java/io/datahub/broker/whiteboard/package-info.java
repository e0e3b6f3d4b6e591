/** The services that follow, keep or show what passes through the broker, as other bundles register them. */
package io.datahub.broker.whiteboard;
