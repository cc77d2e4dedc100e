import FleetCommands

DroverCommand.main()
