Console.WriteLine("mammoth");
