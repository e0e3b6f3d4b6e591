/** Tests of the distribution as it is shipped: started by its own launcher, in a home of its own. */
package io.datahub.karaf;
