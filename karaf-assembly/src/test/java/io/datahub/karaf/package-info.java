/** Integration tests of the distribution as shipped: started with its own launcher, each in its own home directory. */
package io.datahub.karaf;
