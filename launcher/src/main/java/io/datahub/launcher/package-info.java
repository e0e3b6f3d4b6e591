/** What runs before the framework does: prepares the home, starts Karaf, says when the hub is ready. */
package io.datahub.launcher;
