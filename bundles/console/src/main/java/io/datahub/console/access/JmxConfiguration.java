package io.datahub.console.access;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Whether JMX is reachable from other processes, and on which port. */
@ObjectClassDefinition(name = "Datahub console", description = "Access to the console and to JMX")
@interface JmxConfiguration {

    @AttributeDefinition(
            description = "TCP port on loopback for JMX over RMI, from 1 to 65535; 0 for none",
            min = "0",
            max = "65535")
    int jmx_port() default 0;
}
