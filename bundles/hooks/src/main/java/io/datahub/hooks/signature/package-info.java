/** How deliveries are authenticated: signatures over their bytes, and secrets that they carry. */
package io.datahub.hooks.signature;
