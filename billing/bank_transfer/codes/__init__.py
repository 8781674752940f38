"""What a client scans or types to pay by transfer: QR codes and the payment reference."""
