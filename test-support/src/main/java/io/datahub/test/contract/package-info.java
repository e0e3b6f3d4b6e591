/** Tests that every implementation of a service of the API must pass: each is run by a subclass that provides one. */
package io.datahub.test.contract;
