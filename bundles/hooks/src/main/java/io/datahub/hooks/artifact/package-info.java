/** Uploads that are artifacts of builds, as CDEvents. */
package io.datahub.hooks.artifact;
