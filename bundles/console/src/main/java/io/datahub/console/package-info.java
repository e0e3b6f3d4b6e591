/** The commands {@code datahub:*}. */
@Header(name = "Karaf-Commands", value = "io.datahub.console.*")
package io.datahub.console;

import org.osgi.annotation.bundle.Header;
