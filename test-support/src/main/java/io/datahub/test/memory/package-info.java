/** Simple, complete implementations of the API's services that keep everything in memory. */
package io.datahub.test.memory;
